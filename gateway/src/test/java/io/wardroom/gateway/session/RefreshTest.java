package io.wardroom.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.local.Stack;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefreshTest extends OnSessions {
    private static final Map<String, String> GATEWAY = STACK.environmentOf("gateway");

    @Test
    void aRefreshTokenGivesNewTokensInTheFormOfALogin() {
        var login = logIn(STACK.newUser(TENANT, "red_lead"));

        var answer = refresh(refreshToken(login));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(json(answer).propertyNames())
                .containsExactlyInAnyOrder("access_token", "token_type", "expires_in", "refresh_token");
        assertThat(json(answer).get("token_type").asString()).isEqualTo("bearer");
        assertThat(json(answer).get("expires_in").asInt()).isEqualTo(900);
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(accessToken(answer)).isNotEqualTo(accessToken(login));
        assertThat(refreshToken(answer)).isNotEqualTo(refreshToken(login));
        assertThat(send(bearing(accessToken(answer), request("/api/v1/auth/me")))
                        .statusCode())
                .isEqualTo(200);
        assertThat(refresh(refreshToken(answer)).statusCode()).isEqualTo(200);
    }

    @Test
    void ofTwentyAtOnceAllGetTheSameTokensAndTheFamilyLives() throws Exception {
        var login = logIn(STACK.newUser(TENANT, "red_lead"));
        var body = "{\"refresh_token\":\"%s\"}".formatted(refreshToken(login));

        var answers = atOnce(20, () -> post("/api/v1/auth/refresh", body));

        assertThat(answers).allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(200));
        assertThat(answers.stream().map(HttpResponse::body).collect(Collectors.toSet()))
                .hasSize(1);
        var next = refresh(refreshToken(answers.getFirst()));
        assertThat(next.statusCode()).as(next.body()).isEqualTo(200);
    }

    @Test
    void aTokenThatIsShownAgainLaterEndsTheFamily() {
        var login = logIn(STACK.newUser(TENANT, "red_lead"));
        var next = refresh(refreshToken(login));
        forgetAnswers();

        isError(refresh(refreshToken(login)), 401, "UNAUTHORIZED");

        isError(refresh(refreshToken(next)), 401, "UNAUTHORIZED");
    }

    @Test
    void whatIsNoRefreshTokenIsRefused() {
        var login = logIn(STACK.newUser(TENANT, "viewer"));

        for (var token : Set.of("x", "a.b.c", accessToken(login), refreshToken(login) + "x")) {
            isError(refresh(token), 401, "UNAUTHORIZED");
        }
        assertThat(refresh(refreshToken(login)).statusCode()).isEqualTo(200);
    }

    @Test
    void eachRefreshIsOnRecordRefusedOnesToo() {
        var user = STACK.newUser(TENANT, "red_lead");
        var login = logIn(user);
        var agent = "refresh/" + user.username();

        for (var token : List.of(refreshToken(login), "x")) {
            send(post("/api/v1/auth/refresh", "{\"refresh_token\":\"%s\"}".formatted(token))
                    .header("User-Agent", agent));
        }

        var deeds = deeds(2, deed -> agent.equals(deed.path("user_agent").asString("")));
        assertThat(deeds).allSatisfy(deed -> {
            assertThat(deed.get("action").asString()).isEqualTo("token_refreshed");
            assertThat(deed.get("source_ip").asString()).startsWith("10.7.");
        });
        assertThat(deeds.stream()
                        .map(deed -> deed.get("outcome").asString()
                                + " " + deed.path("reason").asString("-")
                                + " " + deed.path("username").asString("-")))
                .containsExactlyInAnyOrder("success - " + user.username(), "refused BAD_TOKEN -");
        assertThat(deeds.toString()).doesNotContain(refreshToken(login));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                      | refresh_token",
                "{\"refresh_token\":\" \"}               | refresh_token",
                "{\"refresh_token\":\"a\",\"scope\":\"b\"} | scope",
                "nonsense                                | body"
            })
    void aMalformedBodyNamesTheFieldAtFault(String body, String field) {
        var answer = send(post("/api/v1/auth/refresh", body));

        isError(answer, 400, "VALIDATION_ERROR");
        assertThat(json(answer).get("errors").findValuesAsString("field")).contains(field);
    }

    @Test
    void aSessionThatASecondFactorOpenedIsRefreshedAtItsOwnClient() throws Exception {
        var user = STACK.newUser(TENANT, "admin");
        var granted = JSON.readTree(withSecondFactor(user));

        var answer = refresh(granted.get("refresh_token").asString());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(read(accessToken(answer)).getClaimAsString("azp")).isEqualTo("gateway-otp");
        assertThat(read(accessToken(answer)).getClaimAsBoolean("mfa")).isTrue();
    }

    private String withSecondFactor(Stack.User user) throws Exception {
        var secret = "12345678901234567890";
        var own = grant(Map.of(
                "grant_type",
                "client_credentials",
                "client_id",
                "gateway",
                "client_secret",
                GATEWAY.get("WARDROOM_KEYCLOAK_GATEWAY_SECRET")));
        var added = send(HttpRequest.newBuilder(keycloak("/admin/realms/wardroom/users/" + user.id()))
                .timeout(Duration.ofSeconds(20))
                .header(
                        "Authorization",
                        "Bearer " + JSON.readTree(own).get("access_token").asString())
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("""
                        {"credentials":[{"type":"otp","userLabel":"totp",
                          "secretData":"{\\"value\\":\\"%s\\"}",
                          "credentialData":"{\\"subType\\":\\"totp\\",\\"digits\\":6,\\"counter\\":0,\\"period\\":30,\
                        \\"algorithm\\":\\"HmacSHA1\\"}"}]}""".formatted(secret))));
        assertThat(added.statusCode()).as(added.body()).isEqualTo(204);
        return grant(Map.of(
                "grant_type",
                "password",
                "scope",
                "openid",
                "client_id",
                "gateway-otp",
                "client_secret",
                GATEWAY.get("WARDROOM_KEYCLOAK_OTP_SECRET"),
                "username",
                user.username(),
                "totp",
                code(secret)));
    }

    private String grant(Map<String, String> fields) {
        var answer = send(HttpRequest.newBuilder(keycloak("/realms/wardroom/protocol/openid-connect/token"))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(fields.entrySet().stream()
                        .map(field ->
                                field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&")))));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static URI keycloak(String path) {
        return URI.create(GATEWAY.get("WARDROOM_KEYCLOAK_URL") + path);
    }

    /// RFC 6238 with the realm's settings.
    private static String code(String secret) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
        var hash = mac.doFinal(ByteBuffer.allocate(8)
                .putLong(Instant.now().getEpochSecond() / 30)
                .array());
        var number = ByteBuffer.wrap(hash).getInt(hash[hash.length - 1] & 0xf) & 0x7fffffff;
        return "%06d".formatted(number % 1_000_000);
    }
}
