package io.wardroom.gateway.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.common.tenant.TenantScope;
import io.wardroom.gateway.person.AtKeycloak;
import io.wardroom.local.Stack.User;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

class ApiKeyTest extends OnKeys {
    @Autowired
    KeyStore store;

    @Test
    void aKeyIsShownOnceAndOpensWhatItsOwnerMayInBothHeaders() {
        var owner = STACK.newUser(tenant, "red_lead");
        var end =
                Instant.parse(Instant.now().plus(Duration.ofDays(5)).toString().substring(0, 19) + "Z");

        var answer = post(
                owner,
                KEYS,
                Map.of(
                        "name",
                        "nightly report",
                        "scopes",
                        List.of("fleet:read", "write"),
                        "expires_at",
                        end.toString()));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        var made = json(answer);
        assertThat(made.propertyNames())
                .containsExactlyInAnyOrder(
                        "id",
                        "name",
                        "username",
                        "prefix",
                        "scopes",
                        "created_at",
                        "expires_at",
                        "last_used_at",
                        "key");
        assertThat(keyOf(made))
                .matches("wr_[A-Za-z0-9_-]{43}")
                .startsWith(made.get("prefix").asString());
        assertThat(made.get("prefix").asString()).hasSize(11);
        assertThat(Instant.parse(made.get("expires_at").asString())).isEqualTo(end);
        assertThat(made.get("last_used_at").isNull()).isTrue();
        for (var request :
                List.of(with(keyOf(made), AGENTS), request(AGENTS).header("Authorization", "Bearer " + keyOf(made)))) {
            assertThat(send(request).statusCode()).isEqualTo(200);
            var seen = UPSTREAM.seenAt(AGENTS).getLast();
            assertThat(seen.has("x-api-key")).isFalse();
            assertThat(seen.headers().toString()).doesNotContain(keyOf(made));
            assertThat(claims(seen.header("Authorization")).get("sub").asString())
                    .isEqualTo(owner.id().toString());
        }
        assertThat(write(keyOf(made), "POST", AGENTS).statusCode()).isEqualTo(200);
        assertThat(json(get(keyOf(made), ME)).get("role").asString()).isEqualTo("red_lead");
        await("last use")
                .until(() -> !json(get(owner, KEYS)).at("/items/0/last_used_at").isNull());
        var listed = json(get(owner, KEYS));
        assertThat(listed.propertyNames()).containsExactlyInAnyOrder("items", "total", "offset", "limit");
        assertThat(listed.get("total").asInt()).isEqualTo(1);
        assertThat(listed.at("/items/0").has("key")).isFalse();
        assertThat(listed.at("/items/0/name").asString()).isEqualTo("nightly report");
        assertThat(listed.at("/items/0/scopes").valueStream().map(JsonNode::asString))
                .containsExactly("fleet:read", "write");
    }

    @Test
    void theKeyItselfIsKeptNowhere() {
        var owner = STACK.newUser(tenant, "viewer");
        var made = newKey(owner, "read");
        var key = keyOf(made);
        assertThat(get(key, AGENTS).statusCode()).isEqualTo(200);

        var row = TenantScope.everyTenant(
                () -> transactions.execute(_ -> jdbc.sql("select api_key::text from api_key where id = :id")
                        .param("id", UUID.fromString(idOf(made)))
                        .query(String.class)
                        .single()));
        var mine = redis.scan()
                .filter(name -> name.contains(new ApiKey(key).hash()))
                .flatMap(name -> redis.opsForValue().get(name).map(value -> name + value))
                .collectList()
                .block(Duration.ofSeconds(10));
        var deeds = deeds(1, deed -> isAbout(deed, made));

        assertThat(row).doesNotContain(key.substring(11)).contains(new ApiKey(key).hash());
        assertThat(Objects.requireNonNull(mine)).isNotEmpty().allSatisfy(text -> assertThat(text)
                .doesNotContain(key.substring(3))
                .doesNotContain(owner.username()));
        assertThat(deeds.toString()).doesNotContain(key.substring(11));
        assertThat(deeds.getFirst().get("action").asString()).isEqualTo("api_key_created");
        assertThat(deeds.getFirst().get("outcome").asString()).isEqualTo("success");
    }

    @Test
    void aRevokedKeyIsRefusedAtOnce() {
        var owner = STACK.newUser(tenant, "blue_tech");
        var made = newKey(owner, "read");
        assertThat(get(keyOf(made), AGENTS).statusCode()).isEqualTo(200);

        assertThat(delete(owner, idOf(made)).statusCode()).isEqualTo(204);

        isError(get(keyOf(made), AGENTS), 401, "UNAUTHORIZED");
        assertThat(json(get(owner, KEYS)).get("total").asInt()).isZero();
        isError(delete(owner, idOf(made)), 404, "NOT_FOUND");
        var deeds = deeds(4, deed -> isAbout(deed, made));
        assertThat(deeds.stream().map(ApiKeyTest::told))
                .containsExactlyInAnyOrder(
                        "api_key_created success",
                        "api_key_revoked success",
                        "api_key_used refused REVOKED",
                        "api_key_revoked refused NOT_FOUND");
    }

    @Test
    void wrongExpiredAndRevokedKeysAreAnsweredAlike() {
        var owner = STACK.newUser(tenant, "viewer");
        var expired = newKey(owner, "read");
        var used = newKey(owner, "read");
        var revoked = newKey(owner, "read");
        delete(owner, idOf(revoked));
        assertThat(get(keyOf(used), AGENTS).statusCode()).isEqualTo(200);
        for (var key : List.of(expired, used)) {
            assertThat(update("update api_key set expires_at = now() - interval '1 second' where id = :id", idOf(key)))
                    .isEqualTo(1);
        }
        forgetTokens(keyOf(used));

        var answers =
                List.of(
                                keyOf(expired),
                                keyOf(used),
                                keyOf(revoked),
                                ApiKey.make().value(),
                                "wr_short",
                                "x",
                                "wr_")
                        .stream()
                        .flatMap(
                                key -> List.of(
                                        get(key, AGENTS),
                                        send(request(AGENTS).header("Authorization", "Bearer " + key)))
                                        .stream())
                        .toList();

        assertThat(answers).allSatisfy(answer -> isError(answer, 401, "UNAUTHORIZED"));
        assertThat(answers.stream().map(HttpResponse::body).collect(Collectors.toSet()))
                .hasSize(1);
    }

    @Test
    void aTokenGoesBeforeAKeyAndAKeyBeforeNothing() {
        var owner = STACK.newUser(tenant, "viewer");
        var other = STACK.newUser(tenant, "red_lead");
        var key = keyOf(newKey(owner, "read"));

        var both = send(with(key, ME).header("Authorization", "Bearer " + STACK.accessToken(other)));

        assertThat(json(both).get("username").asString()).isEqualTo(other.username());
        isError(send(with(key, ME).header("X-API-Key", key)), 401, "UNAUTHORIZED");
        isError(send(with(key, ME).header("Authorization", "Bearer ms_unknown")), 401, "UNAUTHORIZED");
        isError(write(key, "POST", "/api/v1/ingest"), 401, "UNAUTHORIZED");
        isError(get(key, "/api/v1/ws/agents/" + UUID.randomUUID()), 401, "UNAUTHORIZED");
    }

    @Test
    void whatIsOutOfScopeIsRefusedAndTheScopeNamed() {
        var owner = STACK.newUser(tenant, "owner");
        var fleet = newKey(owner, "fleet:read");
        var reading = newKey(owner, "read", "fleet:write");

        for (int i = 0; i < 3; i++) {
            isOutOf("fleet:write", write(keyOf(fleet), "POST", AGENTS));
        }
        isOutOf("audit:read", get(keyOf(fleet), "/api/v1/audit-logs"));
        isOutOf("console:read", get(keyOf(fleet), "/api/v1/agents/1/console/sessions"));
        isOutOf("users:write", write(keyOf(reading), "POST", "/api/v1/users"));
        assertThat(write(keyOf(reading), "POST", AGENTS).statusCode()).isEqualTo(200);
        assertThat(get(keyOf(reading), "/api/v1/users").statusCode()).isEqualTo(200);
        // the same thing again and again is told once
        var deeds = deeds(4, deed -> isAbout(deed, fleet));
        assertThat(deeds.stream().map(ApiKeyTest::told))
                .containsExactlyInAnyOrder(
                        "api_key_created success",
                        "api_key_used refused OUT_OF_SCOPE",
                        "api_key_used refused OUT_OF_SCOPE",
                        "api_key_used refused OUT_OF_SCOPE");
    }

    private static void isOutOf(String needed, HttpResponse<String> answer) {
        isError(answer, 403, "FORBIDDEN");
        assertThat(json(answer).get("detail").asString()).endsWith(needed);
    }

    @Test
    void aKeyMayNotDoWhatAsksForAPerson() {
        var owner = STACK.newUser(tenant, "owner");
        var made = newKey(owner, "write");
        var key = keyOf(made);

        for (var path : List.of(
                KEYS,
                "/api/v1/auth/logout",
                "/api/v1/auth/totp/setup",
                "/api/v1/auth/totp/verify",
                "/api/v1/auth/totp/disable")) {
            isError(write(key, "POST", path), 403, "FORBIDDEN");
        }
        isError(write(key, "DELETE", KEYS + "/" + idOf(made)), 403, "FORBIDDEN");
        isError(get(key, KEYS), 403, "FORBIDDEN");
        for (var change : List.of("{\"password\":\"long enough 42\"}", "{\"email\":\"thief@example.org\"}")) {
            isError(
                    send(with(key, "/api/v1/users/" + owner.id())
                            .header("Content-Type", "application/json")
                            .method("PATCH", BodyPublishers.ofString(change))),
                    403,
                    "FORBIDDEN");
        }
        assertThat(get(key, "/api/v1/users").statusCode()).isEqualTo(200);
        assertThat(get(key, AGENTS).statusCode()).isEqualTo(200);
    }

    @Test
    void aMalformedWishNamesTheFieldAtFault() {
        var token = STACK.accessToken(viewer());

        for (var wish : List.of(
                "name|{'scopes':['read']}",
                "name|{'name':' ','scopes':['read']}",
                "scopes|{'name':'a'}",
                "scopes|{'name':'a','scopes':[]}",
                "scopes|{'name':'a','scopes':['read','everything']}",
                "scopes|{'name':'a','scopes':['read','read']}",
                "scopes|{'name':'a','scopes':[null]}",
                "expires_at|{'name':'a','scopes':['read'],'expires_at':'tomorrow'}",
                "expires_at|{'name':'a','scopes':['read'],'expires_at':'2020-01-01T00:00:00Z'}",
                "expires_at|{'name':'a','scopes':['read'],'expires_at':'9999-01-01T00:00:00Z'}",
                "scope|{'name':'a','scopes':['read'],'scope':'write'}")) {
            var fieldAndBody = wish.replace('\'', '"').split("\\|", 2);

            var answer = send(request(KEYS)
                    .header("Authorization", "Bearer " + token)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(fieldAndBody[1])));

            isInvalid(answer, fieldAndBody[0]);
        }
    }

    @Test
    void othersKeysAreUnknownButToAdministratorsOfTheTenant() {
        var owner = STACK.newUser(tenant, "viewer");
        var colleague = STACK.newUser(tenant, "red_lead");
        var admin = STACK.newUser(tenant, "admin");
        var stranger = STACK.newUser(UUID.randomUUID(), "owner");
        var made = newKey(owner, "read");

        isError(delete(colleague, idOf(made)), 404, "NOT_FOUND");
        isError(delete(stranger, idOf(made)), 404, "NOT_FOUND");
        isError(get(colleague, KEYS + "?all=true"), 403, "FORBIDDEN");
        assertThat(json(get(colleague, KEYS)).get("total").asInt()).isZero();
        assertThat(json(get(admin, KEYS)).get("total").asInt()).isZero();
        assertThat(json(get(stranger, KEYS + "?all=true")).get("total").asInt()).isZero();
        assertThat(json(get(admin, KEYS + "?all=true")).at("/items/0/username").asString())
                .isEqualTo(owner.username());
        isError(get(admin, KEYS + "?limit=201"), 400, "VALIDATION_ERROR");
        assertThat(get(keyOf(made), AGENTS).statusCode()).isEqualTo(200);
        assertThat(delete(admin, idOf(made)).statusCode()).isEqualTo(204);
        isError(get(keyOf(made), AGENTS), 401, "UNAUTHORIZED");
    }

    @Test
    void nobodyHasMoreThanTwentyHoweverFastTheyAsk() {
        var token = STACK.accessToken(viewer());
        Map<String, ?> wish = Map.of("name", "many", "scopes", List.of("read"));
        Callable<HttpResponse<String>> make = () -> write(token, "POST", KEYS, wish);

        var answers = atOnce(Collections.nCopies(25, make));

        assertThat(answers.stream().filter(answer -> answer.statusCode() == 201))
                .hasSize(20);
        answers.stream()
                .filter(answer -> answer.statusCode() != 201)
                .forEach(answer -> isError(answer, 400, "BUSINESS_RULE"));
    }

    @Test
    void ofFiftyFirstUsesOneAsksKeycloakAndNoSessionIsLeft() {
        var owner = STACK.newUser(tenant, "red_tech");
        var key = keyOf(newKey(owner, "read"));
        Callable<HttpResponse<String>> use = () -> get(key, AGENTS);

        var answers = atOnce(Collections.nCopies(50, use));

        assertThat(answers).allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(200));
        assertThat(UPSTREAM.seenAt(AGENTS).stream()
                        .map(seen -> seen.header("Authorization"))
                        .collect(Collectors.toSet()))
                .hasSize(1);
        // the one that the test's own login began
        assertThat(AtKeycloak.sessionsOf(STACK, owner.id())).isEqualTo(1);
    }

    @Test
    void aTokenIsRenewedBeforeItEnds() {
        var key = keyOf(newKey(viewer(), "read"));
        assertThat(get(key, AGENTS).statusCode()).isEqualTo(200);
        var hash = new ApiKey(key).hash();
        var first = inUse(hash);
        store.keep(
                        hash,
                        new Held(first.key(), first.accessToken(), Instant.now().plusSeconds(10)))
                .block(Duration.ofSeconds(10));

        assertThat(get(key, AGENTS).statusCode()).isEqualTo(200);

        assertThat(inUse(hash).accessToken()).isNotEqualTo(first.accessToken());
        assertThat(UPSTREAM.seenAt(AGENTS).getLast().header("Authorization"))
                .isEqualTo("Bearer " + inUse(hash).accessToken());
    }

    private Held inUse(String hash) {
        return store.find(hash).blockOptional(Duration.ofSeconds(10)).orElseThrow();
    }

    @Test
    void aLoweredRoleHoldsForTheNextUse() {
        var boss = STACK.newUser(tenant, "owner");
        var owner = STACK.newUser(tenant, "admin");
        var key = keyOf(newKey(owner, "write"));
        assertThat(get(key, "/api/v1/users").statusCode()).isEqualTo(200);

        assertThat(patch(boss, owner.id(), Map.of("role", "viewer")).statusCode())
                .isEqualTo(200);

        isError(get(key, "/api/v1/users"), 403, "FORBIDDEN");
        assertThat(json(get(key, ME)).get("role").asString()).isEqualTo("viewer");
    }

    @Test
    void theKeyOfADisabledOwnerIsNoneUntilTheOwnerIsBack() {
        var boss = STACK.newUser(tenant, "owner");
        var owner = STACK.newUser(tenant, "red_lead");
        var warm = keyOf(newKey(owner, "read"));
        var cold = keyOf(newKey(owner, "read"));
        assertThat(get(warm, AGENTS).statusCode()).isEqualTo(200);

        assertThat(patch(boss, owner.id(), Map.of("is_active", false)).statusCode())
                .isEqualTo(200);

        isError(get(warm, AGENTS), 401, "UNAUTHORIZED");
        isError(get(cold, AGENTS), 401, "UNAUTHORIZED");
        patch(boss, owner.id(), Map.of("is_active", true));
        forgetTokens(warm);
        assertThat(get(warm, AGENTS).statusCode()).isEqualTo(200);
    }

    @Test
    void wrongPasswordsOfOthersDoNotMakeAKeyAWrongOne() {
        var owner = STACK.newUser(tenant, "viewer");
        var key = keyOf(newKey(owner, "read"));
        for (int i = 0; i < 5; i++) {
            logIn(owner.username(), "not the password");
        }

        isAway(get(key, AGENTS));
    }

    private User viewer() {
        return STACK.newUser(tenant, "viewer");
    }

    private static boolean isAbout(JsonNode deed, JsonNode made) {
        return deed.path("entity_id").asString("").equals(idOf(made));
    }

    private static String told(JsonNode deed) {
        return Arrays.asList("action", "outcome", "reason").stream()
                .map(field -> deed.path(field).asString(""))
                .collect(Collectors.joining(" "))
                .strip();
    }

    private static JsonNode claims(String authorization) {
        return JSON.readTree(Base64.getUrlDecoder().decode(authorization.split("\\.")[1]));
    }
}
