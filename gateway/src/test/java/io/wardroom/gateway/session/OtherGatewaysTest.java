package io.wardroom.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.gateway.Agents;
import io.wardroom.gateway.Browser;
import io.wardroom.gateway.OtherGateway;
import io.wardroom.gateway.TestUpstream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Sessions at more than one gateway: one that cannot reach Keycloak, one that cannot reach Redis.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OtherGatewaysTest extends OnSessions {
    private static final String KEYS = "/api/v1/api-keys";
    private static final String NOBODY = "127.0.0.1:11";

    private final OtherGateway withoutKeycloak = OtherGateway.with(Map.of("WARDROOM_KEYCLOAK_URL", "http://" + NOBODY));
    private final OtherGateway withoutRedis = OtherGateway.with(Map.of("WARDROOM_REDIS", "redis://" + NOBODY));

    @BeforeEach
    void thereAreAgents() {
        agentsAnswer();
    }

    @AfterAll
    void stop() {
        withoutKeycloak.close();
        withoutRedis.close();
    }

    @Test
    void aLogoutHereEndsTheSessionThere() {
        var login = logIn(STACK.newUser(TENANT, "viewer"));
        var browser = Browser.with(login);
        assertThat(at(withoutKeycloak, bearing(accessToken(login), request(AGENTS)))
                        .statusCode())
                .isEqualTo(200);

        assertThat(send(bearing(accessToken(login), post("/api/v1/auth/logout", "")))
                        .statusCode())
                .isEqualTo(204);

        isError(at(withoutKeycloak, bearing(accessToken(login), request(AGENTS))), 401, "UNAUTHORIZED");
        isError(at(withoutKeycloak, browser.in(request(AGENTS))), 401, "UNAUTHORIZED");
    }

    @Test
    void whileKeycloakIsAwayASessionGoesOnUntilItsTokenEnds() {
        var user = STACK.newUser(TENANT, "viewer");
        var login = logIn(user);
        var browser = Browser.with(login);

        assertThat(at(withoutKeycloak, browser.in(request(AGENTS))).statusCode())
                .isEqualTo(200);
        endsIn(Duration.ofSeconds(20), login);
        assertThat(at(withoutKeycloak, browser.in(request(AGENTS))).statusCode())
                .isEqualTo(200);
        endsIn(Duration.ofSeconds(-1), login);
        isAway(at(withoutKeycloak, browser.in(request(AGENTS))));

        isAway(at(withoutKeycloak, loginOf(user)));
        isAway(at(
                withoutKeycloak,
                post("/api/v1/auth/refresh", "{\"refresh_token\":\"%s\"}".formatted(refreshToken(login)))));
        isAway(at(withoutKeycloak, bearing(accessToken(login), post("/api/v1/auth/logout", ""))));
        // nothing was half done
        assertThat(send(bearing(accessToken(login), request(AGENTS))).statusCode())
                .isEqualTo(200);
        assertThat(refresh(refreshToken(login)).statusCode()).isEqualTo(200);
    }

    @Test
    void whileRedisIsAwayTokensReadAndNothingIsWritten() {
        var user = STACK.newUser(TENANT, "red_lead");
        var login = logIn(user);
        var browser = Browser.with(login);

        assertThat(at(withoutRedis, bearing(accessToken(login), request(AGENTS)))
                        .statusCode())
                .isEqualTo(200);
        isAway(at(withoutRedis, bearing(accessToken(login), post(AGENTS, "{}"))));
        isAway(at(withoutRedis, browser.in(request(AGENTS))));
        isAway(at(withoutRedis, loginOf(user)));
        isAway(at(
                withoutRedis,
                post("/api/v1/auth/refresh", "{\"refresh_token\":\"%s\"}".formatted(refreshToken(login)))));
        assertThat(refresh(refreshToken(login)).statusCode()).isEqualTo(200);
    }

    @Test
    void whatACookieLacksIsSeenWithoutAskingRedis() {
        var browser = Browser.with(logIn(STACK.newUser(TENANT, "red_lead")));

        isError(at(withoutRedis, browser.in(post(AGENTS, "{}"))), 403, "FORBIDDEN");
        browser.put(Browser.SESSION, browser.cookie(Browser.SESSION) + "A");
        isError(at(withoutRedis, browser.in(request(AGENTS))), 401, "UNAUTHORIZED");
    }

    @Test
    void anAddressesLimitIsOneForAllGateways() throws Exception {
        var address = freshAddress();

        var answers =
                spread(() -> post("/api/v1/auth/totp/challenge", "{\"challenge_token\":\"none\",\"code\":\"123456\"}")
                        .setHeader("X-Forwarded-For", address));

        assertThat(refusedAmong(answers, 10)).isEqualTo(190);
        var deed = deeds(
                        1,
                        found -> address.equals(found.path("source_ip").asString(""))
                                && "RATE_LIMITED".equals(found.path("reason").asString("")))
                .getFirst();
        assertThat(deed.get("action").asString()).isEqualTo("totp_challenge");
        assertThat(deed.get("outcome").asString()).isEqualTo("refused");
    }

    @Test
    void aPersonsLimitIsOneForAllGateways() throws Exception {
        var user = STACK.newUser(TENANT, "owner");
        var token = accessToken(logIn(user));
        var path = "/api/v1/agents/%s/emergency".formatted(UUID.randomUUID());
        UPSTREAM.answer(path, TestUpstream.json(201, "{}"));

        var answers = spread(() -> bearing(token, post(path, "{}")));

        assertThat(refusedAmong(answers, 5)).isEqualTo(195);
        assertThat(UPSTREAM.seenAt(path)).hasSize(5);
        var deed = deeds(
                        1,
                        found -> user.username().equals(found.path("username").asString(""))
                                && "RATE_LIMITED".equals(found.path("reason").asString("")))
                .getFirst();
        assertThat(deed.get("action").asString()).isEqualTo("emergency");
        assertThat(deed.get("tenant_id").asString()).isEqualTo(TENANT.toString());
    }

    @Test
    void aTenantsLimitIsOneForAllItsPeople() throws Exception {
        var tenant = UUID.randomUUID();
        var tokens = List.of(
                accessToken(logIn(STACK.newUser(tenant, "owner"))), accessToken(logIn(STACK.newUser(tenant, "admin"))));
        var turn = new AtomicInteger();

        var answers = spread(() -> bearing(tokens.get(turn.incrementAndGet() % 2), post("/api/v1/invitations", "{}")));

        assertThat(refusedAmong(answers, 20)).isEqualTo(180);
    }

    @Test
    void anAgentsLimitRunsOverByATenthAtMost() throws Exception {
        var agent = Agents.publish(STACK);
        var path = "/api/v1/agents/%s/heartbeat".formatted(agent.id());
        UPSTREAM.answer(path, TestUpstream.json(200, "{}"));
        for (var probe : List.of(request(path), withoutKeycloak.at(request(path)))) {
            await("the agent is known")
                    .until(() -> send(probe.setHeader("Authorization", agent.bearer())
                                            .GET())
                                    .statusCode()
                            != 401);
        }
        UPSTREAM.answer(path, TestUpstream.json(200, "{}"));

        var answers = spread(() -> post(path, "{}").header("Authorization", agent.bearer()));

        var taken = UPSTREAM.seenAt(path).size();
        assertThat(taken).isBetween(60, 66);
        assertThat(refusedAmong(answers, 60)).isEqualTo(200 - taken);
    }

    /// 200 at once, over two gateways.
    private List<HttpResponse<String>> spread(Supplier<HttpRequest.Builder> request) throws Exception {
        var turn = new AtomicInteger();
        return atOnce(200, () -> {
            var next = request.get();
            return turn.incrementAndGet() % 2 == 0 ? next : withoutKeycloak.at(next);
        });
    }

    /// How many were refused; all of them are told how many are allowed and how long to wait.
    private static long refusedAmong(List<HttpResponse<String>> answers, int limit) {
        var refused =
                answers.stream().filter(answer -> answer.statusCode() == 429).toList();
        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.headers().firstValue("RateLimit-Limit")).contains(String.valueOf(limit));
            assertThat(answer.headers().firstValue("RateLimit-Remaining")).isPresent();
            assertThat(answer.headers().firstValue("RateLimit-Reset")).isPresent();
        });
        assertThat(refused).allSatisfy(answer -> {
            isError(answer, 429, "RATE_LIMITED");
            assertThat(Integer.parseInt(
                            answer.headers().firstValue("Retry-After").orElseThrow()))
                    .isBetween(1, 3600);
        });
        return refused.size();
    }

    @Test
    void anApiKeyInUseGoesOnWhileKeycloakIsAwayAndARevokedOneIsRefusedThereToo() {
        var token = accessToken(logIn(STACK.newUser(TENANT, "viewer")));
        var made = json(send(newKey(token)));
        var key = made.get("key").asString();
        assertThat(send(request(AGENTS).header("X-API-Key", key)).statusCode()).isEqualTo(200);
        assertThat(at(withoutKeycloak, request(AGENTS).header("X-API-Key", key)).statusCode())
                .isEqualTo(200);

        assertThat(send(bearing(token, request(KEYS + "/" + made.get("id").asString()))
                                .DELETE())
                        .statusCode())
                .isEqualTo(204);

        isError(at(withoutKeycloak, request(AGENTS).header("X-API-Key", key)), 401, "UNAUTHORIZED");
    }

    @Test
    void anApiKeyThatWasNotInUseWaitsForKeycloakAndAnyForRedis() {
        var token = accessToken(logIn(STACK.newUser(TENANT, "viewer")));
        var cold = json(at(withoutKeycloak, newKey(token))).get("key").asString();
        var warm = json(send(newKey(token))).get("key").asString();
        assertThat(send(request(AGENTS).header("X-API-Key", warm)).statusCode()).isEqualTo(200);

        isAway(at(withoutKeycloak, request(AGENTS).header("X-API-Key", cold)));
        isAway(at(withoutRedis, request(AGENTS).header("X-API-Key", warm)));
        isError(at(withoutRedis, request(AGENTS).header("X-API-Key", "wr_no-key-at-all")), 401, "UNAUTHORIZED");
    }

    private HttpRequest.Builder newKey(String token) {
        return bearing(token, post(KEYS, "{\"name\":\"robot\",\"scopes\":[\"read\"]}"));
    }

    private void endsIn(Duration rest, HttpResponse<String> login) {
        var session = sessionOf(accessToken(login));
        sessions.save(new Session(
                        session.key(),
                        session.sid(),
                        session.accessToken(),
                        session.refreshToken(),
                        Instant.now().plus(rest),
                        session.endsAt()))
                .block(Duration.ofSeconds(10));
    }

    private static void isAway(HttpResponse<String> answer) {
        isError(answer, 503, "UNAVAILABLE");
        assertThat(answer.headers().firstValue("Retry-After")).contains("5");
    }

    private HttpResponse<String> at(OtherGateway gateway, HttpRequest.Builder request) {
        return send(gateway.at(request));
    }
}
