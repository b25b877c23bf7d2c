package io.wardroom.gateway.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.gateway.OnRealServers;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class LoginTest extends OnRealServers {
    private static final UUID TENANT = UUID.randomUUID();

    @Test
    void theRightPasswordGivesTokensThatSayWhoOneIs() {
        var user = STACK.newUser(TENANT, "red_lead");

        var answer = send(form(Map.of("username", user.username(), "password", user.password())));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(json(answer).propertyNames())
                .containsExactlyInAnyOrder("access_token", "token_type", "expires_in", "refresh_token");
        assertThat(json(answer).get("token_type").asString()).isEqualTo("bearer");
        assertThat(json(answer).get("expires_in").asInt()).isEqualTo(900);
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(answer.headers().firstValue("X-Request-Id")).isPresent();
        assertThat(answer.headers().firstValue("RateLimit-Limit")).contains("10");
        assertThat(answer.headers().firstValue("RateLimit-Remaining")).contains("9");

        var me = send(request("/api/v1/auth/me")
                .header(
                        "Authorization",
                        "Bearer " + json(answer).get("access_token").asString()));
        assertThat(me.statusCode()).as(me.body()).isEqualTo(200);
        assertThat(json(me).get("id").asString()).isEqualTo(user.id().toString());
        assertThat(json(me).get("username").asString()).isEqualTo(user.username());
        assertThat(json(me).get("role").asString()).isEqualTo("red_lead");
        assertThat(json(me).get("is_active").asBoolean()).isTrue();
        assertThat(json(me).get("totp_enabled").asBoolean()).isFalse();
        assertThat(json(me).get("tenant_id").asString()).isEqualTo(TENANT.toString());
        assertThat(json(me).has("email")).isTrue();
    }

    @Test
    void jsonIsAsGoodAsAForm() {
        var user = STACK.newUser(TENANT, "viewer");

        var answer =
                send(jsonBody("{\"username\":\"%s\",\"password\":\"%s\"}".formatted(user.username(), user.password())));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(json(answer).get("access_token").asString()).isNotBlank();
    }

    @Test
    void aWrongPasswordAndAnUnknownNameAreAnsweredAlike() {
        var user = STACK.newUser(TENANT, "viewer");

        var wrong = send(form(Map.of("username", user.username(), "password", "not the password")));
        var unknown = send(form(Map.of("username", "nobody-" + UUID.randomUUID(), "password", "not the password")));

        isError(wrong, 401, "UNAUTHORIZED");
        isError(unknown, 401, "UNAUTHORIZED");
        assertThat(unknown.body()).isEqualTo(wrong.body());
        assertThat(unknown.headers().map().keySet())
                .isEqualTo(wrong.headers().map().keySet());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                              | username",
                "{\"username\":\"a\"}                            | password",
                "{\"username\":\"\",\"password\":\"b\"}          | username",
                "{\"username\":\"a\",\"password\":\"b\",\"otp\":1} | otp",
                "{\"username\":[1],\"password\":\"b\"}           | username",
                "[]                                              | body",
                "nonsense                                        | body",
                "''                                              | body"
            })
    void aMalformedBodyNamesTheFieldAtFault(String body, String field) {
        var answer = send(jsonBody(body));

        isError(answer, 400, "VALIDATION_ERROR");
        assertThat(json(answer).get("errors").findValuesAsString("field")).contains(field);
    }

    @Test
    void aFormWithAnUnknownFieldIsRefusedButOAuthsOwnFieldsAreNot() {
        var user = STACK.newUser(TENANT, "viewer");
        var right = Map.of("username", user.username(), "password", user.password());

        isError(send(form(Map.of("username", "a", "password", "b", "pasword", "c"))), 400, "VALIDATION_ERROR");
        var fields = new java.util.HashMap<>(right);
        fields.put("grant_type", "password");
        assertThat(send(form(fields)).statusCode()).isEqualTo(200);
    }

    @Test
    void otherBodiesAndMethodsAreRefusedInTheErrorForm() {
        isError(
                send(request("/api/v1/auth/login")
                        .header("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString("a=b"))),
                415,
                "UNSUPPORTED_MEDIA_TYPE");
        isError(send(request("/api/v1/auth/login").GET()), 405, "METHOD_NOT_ALLOWED");
        isError(
                send(jsonBody("{\"username\":\"a\",\"password\":\"" + "x".repeat(2_000_000) + "\"}")),
                413,
                "PAYLOAD_TOO_LARGE");
    }

    @Test
    void ofTwoHundredTriesAtOnceTenAreHeard() throws Exception {
        var address = freshAddress();
        var nobody = "nobody-" + UUID.randomUUID();
        Callable<HttpResponse<String>> tryOnce = () -> http.send(
                HttpRequest.newBuilder(uri("/api/v1/auth/login"))
                        .timeout(Duration.ofSeconds(60))
                        .header("X-Forwarded-For", address)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(
                                "{\"username\":\"%s\",\"password\":\"nothing\"}".formatted(nobody)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        List<HttpResponse<String>> answers = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(
                    IntStream.range(0, 200).mapToObj(_ -> tryOnce).toList())) {
                answers.add(done.get());
            }
        }

        assertThat(answers.stream().filter(answer -> answer.statusCode() == 401))
                .hasSize(10);
        var refused =
                answers.stream().filter(answer -> answer.statusCode() == 429).toList();
        assertThat(refused).hasSize(190);
        for (var answer : refused) {
            isError(answer, 429, "RATE_LIMITED");
            assertThat(Integer.parseInt(
                            answer.headers().firstValue("Retry-After").orElseThrow()))
                    .isBetween(1, 60);
            assertThat(answer.headers().firstValue("RateLimit-Remaining")).contains("0");
        }
        // ten reached Keycloak, and of the others there is one row
        var reasons = deeds(11, deed -> address.equals(deed.path("source_ip").asString(""))).stream()
                .map(deed ->
                        deed.get("action").asString() + " " + deed.get("reason").asString())
                .toList();
        assertThat(reasons)
                .hasSize(11)
                .filteredOn("login BAD_CREDENTIALS"::equals)
                .hasSize(10);
        assertThat(reasons).contains("login RATE_LIMITED");
    }

    @Test
    void everyTryIsOnRecord() {
        var user = STACK.newUser(TENANT, "owner");
        var stranger = "stranger-" + UUID.randomUUID();

        send(form(Map.of("username", user.username(), "password", user.password()))
                .header("User-Agent", "test/1"));
        send(form(Map.of("username", user.username(), "password", "wrong")));
        send(form(Map.of("username", stranger, "password", "wrong")));

        var deeds = loginsOf(user.username(), stranger);
        assertThat(deeds).hasSize(3).allSatisfy(deed -> {
            assertThat(deed.get("action").asString()).isEqualTo("login");
            assertThat(deed.get("source_ip").asString()).startsWith("10.7.");
            assertThat(deed.get("request_id").asString()).isNotBlank();
        });
        assertThat(deeds.get(0).get("outcome").asString()).isEqualTo("success");
        assertThat(deeds.get(0).get("tenant_id").asString()).isEqualTo(TENANT.toString());
        assertThat(deeds.get(0).get("user_id").asString()).isEqualTo(user.id().toString());
        assertThat(deeds.get(0).get("user_agent").asString()).isEqualTo("test/1");
        assertThat(deeds.get(1).get("outcome").asString()).isEqualTo("refused");
        assertThat(deeds.get(1).get("tenant_id").asString()).isEqualTo(TENANT.toString());
        assertThat(deeds.get(1).get("reason").asString()).isEqualTo("BAD_CREDENTIALS");
        assertThat(deeds.get(2).get("tenant_id").asString()).isEqualTo(new UUID(0, 0).toString());
        assertThat(deeds.toString()).doesNotContain(user.password());
    }

    /// The deeds of these people, successes first, as soon as there are three.
    @Test
    void theSamePersonMayLogInManyTimesAtOnce() throws Exception {
        var user = STACK.newUser(TENANT, "viewer");
        var login = Map.of("username", user.username(), "password", user.password());

        try (var threads = Executors.newFixedThreadPool(8)) {
            var answers = threads.invokeAll(IntStream.range(0, 24)
                    .mapToObj(_ -> (Callable<Integer>) () -> send(form(login)).statusCode())
                    .toList());
            for (var answer : answers) {
                assertThat(answer.get()).isEqualTo(200);
            }
        }
    }

    private static List<JsonNode> loginsOf(String... usernames) {
        return deeds(3, deed -> List.of(usernames)
                        .contains(deed.path("username").asString("")))
                .stream()
                .sorted(Comparator.comparing((JsonNode deed) ->
                                !deed.get("outcome").asString().equals("success"))
                        .thenComparing(deed -> deed.get("timestamp").asString()))
                .toList();
    }

    private HttpRequest.Builder form(Map<String, String> fields) {
        var body = fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return request("/api/v1/auth/login")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body));
    }

    private HttpRequest.Builder jsonBody(String body) {
        return request("/api/v1/auth/login")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }
}
