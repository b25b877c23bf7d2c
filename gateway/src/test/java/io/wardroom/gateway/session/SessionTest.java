package io.wardroom.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wardroom.gateway.Browser;
import java.net.URI;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class SessionTest extends OnSessions {
    @BeforeEach
    void thereAreAgents() {
        agentsAnswer();
    }

    @Test
    void aLoginBeginsASessionThatABrowserKeeps() {
        var answer = logIn(STACK.newUser(TENANT, "red_lead"));

        var cookies = answer.headers().allValues("Set-Cookie");
        assertThat(cookies).hasSize(2);
        assertThat(cookies.getFirst())
                .matches("__Host-wardroom_session=[\\w-]{43}\\.[\\w-]{43}; .*")
                .contains("Path=/", "Max-Age=28800", "Secure", "HttpOnly", "SameSite=Lax")
                .doesNotContain("Domain");
        assertThat(cookies.getLast())
                .startsWith("__Host-wardroom_csrf=")
                .contains("Path=/", "Secure", "SameSite=Lax")
                .doesNotContain("HttpOnly");
        assertThat(answer.headers().firstValue("X-CSRF-Token"))
                .contains(Browser.with(answer).cookie(Browser.CSRF));
    }

    @Test
    void onLoopbackACookieNeedsNoTls() {
        var user = STACK.newUser(TENANT, "viewer");

        var answer = send(loginOf(user).setHeader("X-Forwarded-For", "127.0.0.1"));

        assertThat(answer.headers().allValues("Set-Cookie").getFirst())
                .startsWith("wardroom_session=")
                .contains("HttpOnly")
                .doesNotContain("Secure");
        assertThat(send(Browser.with(answer).in(request("/api/v1/auth/me")).setHeader("X-Forwarded-For", "127.0.0.1"))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void theCookieReadsAndServicesSeeTheTokenInstead() {
        var login = logIn(STACK.newUser(TENANT, "red_lead"));
        var browser = Browser.with(login);

        assertThat(send(browser.in(request("/api/v1/auth/me"))).statusCode()).isEqualTo(200);
        assertThat(send(browser.in(request(AGENTS))).statusCode()).isEqualTo(200);

        assertThat(relayed()).isEqualTo("Bearer " + accessToken(login));
        assertThat(UPSTREAM.seenAt(AGENTS).getLast().has("cookie")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE"})
    void aWriteWithTheCookieNeedsTheSessionsProof(String method) {
        var user = STACK.newUser(TENANT, "red_lead");
        var browser = Browser.with(logIn(user));
        var other = Browser.with(logIn(user));
        var body = java.net.http.HttpRequest.BodyPublishers.noBody();

        isError(send(browser.in(request(AGENTS)).method(method, body)), 403, "FORBIDDEN");
        isError(
                send(browser.in(request(AGENTS))
                        .header("X-CSRF-Token", other.cookie(Browser.CSRF))
                        .method(method, body)),
                403,
                "FORBIDDEN");
        assertThat(UPSTREAM.seenAt(AGENTS)).isEmpty();
        assertThat(send(browser.writing(request(AGENTS)).method(method, body)).statusCode())
                .isEqualTo(200);
        assertThat(UPSTREAM.seenAt(AGENTS).getLast().has("x-csrf-token")).isFalse();
    }

    @Test
    void aWriteWithATokenNeedsNoProof() {
        var login = logIn(STACK.newUser(TENANT, "red_lead"));

        var answer = send(Browser.with(login).in(bearing(accessToken(login), post(AGENTS, "{}"))));

        assertThat(answer.statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"x", "x.y", ".", "''", "swapped", "unsigned", "longer"})
    void aCookieThatWasTamperedWithIsNone(String how) {
        var browser = Browser.with(logIn(STACK.newUser(TENANT, "owner")));
        var other = Browser.with(logIn(STACK.newUser(TENANT, "viewer")));
        var mine = browser.cookie(Browser.SESSION).split("\\.");
        var theirs = other.cookie(Browser.SESSION).split("\\.");
        var forged =
                switch (how) {
                    case "swapped" -> theirs[0] + "." + mine[1];
                    case "unsigned" -> mine[0];
                    case "longer" -> mine[0] + "." + mine[1] + "A";
                    default -> how;
                };

        isError(send(browser.put(Browser.SESSION, forged).in(request(AGENTS))), 401, "UNAUTHORIZED");
        isError(send(browser.writing(request(AGENTS)).DELETE()), 401, "UNAUTHORIZED");
    }

    @Test
    void anIdThatWasShownBeforeTheLoginIsNeverAdopted() {
        var attacker = Browser.with(logIn(STACK.newUser(TENANT, "viewer")));
        var victim = STACK.newUser(TENANT, "owner");

        var login = send(new Browser()
                .put(Browser.SESSION, attacker.cookie(Browser.SESSION))
                .in(loginOf(victim)));

        assertThat(Browser.with(login).cookie(Browser.SESSION))
                .isNotEmpty()
                .isNotEqualTo(attacker.cookie(Browser.SESSION));
        assertThat(json(send(attacker.in(request("/api/v1/auth/me"))))
                        .get("username")
                        .asString())
                .isNotEqualTo(victim.username());
    }

    @Test
    void whatIsStaleDoesNotDisturbALogin() {
        var user = STACK.newUser(TENANT, "viewer");

        var answer = send(bearing(
                "stale", new Browser().put(Browser.SESSION, "stale.cookie").in(loginOf(user))));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    @Test
    void aSessionWhoseTokenIsAboutToEndIsRenewedOnce() throws Exception {
        var login = logIn(STACK.newUser(TENANT, "red_lead"));
        var browser = Browser.with(login);
        aboutToEnd(sessionOf(accessToken(login)));

        var answers = atOnce(20, () -> browser.in(request(AGENTS)));

        assertThat(answers).allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(200));
        assertThat(UPSTREAM.seenAt(AGENTS).stream().map(seen -> seen.header("Authorization")))
                .hasSize(20)
                .doesNotContain("Bearer " + accessToken(login))
                .satisfies(tokens -> assertThat(tokens.stream().distinct()).hasSize(1));
        // the family lives on
        aboutToEnd(sessionOf(accessToken(login)));
        assertThat(send(browser.in(request(AGENTS))).statusCode()).isEqualTo(200);
    }

    @Test
    void whicheverOfCookieAndClientRefreshesFirstTheOtherGoesOn() {
        var login = logIn(STACK.newUser(TENANT, "red_lead"));
        var browser = Browser.with(login);

        var refreshed = refresh(refreshToken(login));
        assertThat(send(browser.in(request(AGENTS))).statusCode()).isEqualTo(200);
        assertThat(relayed()).isEqualTo("Bearer " + accessToken(refreshed));

        // Keycloak tells tokens of one second apart by nothing
        var second = Instant.now().getEpochSecond();
        await("the next second").until(() -> Instant.now().getEpochSecond() > second);
        aboutToEnd(sessionOf(accessToken(login)));
        assertThat(send(browser.in(request(AGENTS))).statusCode()).isEqualTo(200);
        aboutToEnd(sessionOf(accessToken(login)));
        assertThat(send(browser.in(request(AGENTS))).statusCode()).isEqualTo(200);
        forgetAnswers();
        var again = refresh(refreshToken(refreshed));
        assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
        assertThat(send(browser.in(request(AGENTS))).statusCode()).isEqualTo(200);
        assertThat(relayed()).isEqualTo("Bearer " + accessToken(again));

        // once only: the next who shows it is a thief, or was robbed
        forgetAnswers();
        isError(refresh(refreshToken(refreshed)), 401, "UNAUTHORIZED");
        isError(refresh(refreshToken(again)), 401, "UNAUTHORIZED");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLogoutEndsTokenAndCookieAtOnce(boolean byCookie) {
        var login = logIn(STACK.newUser(TENANT, "viewer"));
        var browser = Browser.with(login);
        var logout = post("/api/v1/auth/logout", "");

        var answer = send(byCookie ? browser.writing(logout) : bearing(accessToken(login), logout));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
        isError(send(bearing(accessToken(login), request(AGENTS))), 401, "UNAUTHORIZED");
        isError(send(browser.in(request(AGENTS))), 401, "UNAUTHORIZED");
        isError(refresh(refreshToken(login)), 401, "UNAUTHORIZED");
        browser.take(answer);
        assertThat(browser.isEmpty()).isTrue();
    }

    @Test
    void aLogoutEndsNoOtherSession() {
        var user = STACK.newUser(TENANT, "viewer");
        var here = logIn(user);
        var there = logIn(user);

        assertThat(send(bearing(accessToken(here), post("/api/v1/auth/logout", "")))
                        .statusCode())
                .isEqualTo(204);

        assertThat(send(bearing(accessToken(there), request(AGENTS))).statusCode())
                .isEqualTo(200);
        isError(send(post("/api/v1/auth/logout", "")), 401, "UNAUTHORIZED");
    }

    @Test
    void whenAPersonChangesTokensOfBeforeAreRefusedAndSessionsGoOnWithNewerOnes() {
        var user = STACK.newUser(TENANT, "viewer");
        var login = logIn(user);
        var browser = Browser.with(login);

        revocations.endAllOf(user.id()).block(Duration.ofSeconds(10));

        isError(send(bearing(accessToken(login), request(AGENTS))), 401, "UNAUTHORIZED");
        assertThat(send(browser.in(request(AGENTS))).statusCode()).isEqualTo(200);
        assertThat(relayed()).isNotEqualTo("Bearer " + accessToken(login));
        assertThat(send(bearing(accessToken(logIn(user)), request(AGENTS))).statusCode())
                .isEqualTo(200);
    }

    @Test
    void aSessionThatKeycloakEndedEndsWithItsToken() {
        var login = logIn(STACK.newUser(TENANT, "viewer"));
        var session = sessionOf(accessToken(login));
        assertThat(refresh(refreshToken(login)).statusCode()).isEqualTo(200);
        forgetAnswers();
        // a replay: Keycloak ends the family
        isError(refresh(refreshToken(login)), 401, "UNAUTHORIZED");
        ended(sessionOf(accessToken(login)));

        isError(send(Browser.with(login).in(request(AGENTS))), 401, "UNAUTHORIZED");
        assertThat(sessions.withKey(session.key()).blockOptional()).isEmpty();
    }

    @Test
    void aForeignPageOpensNoWebSocketWithTheCookie() throws Exception {
        var browser = Browser.with(logIn(STACK.newUser(TENANT, "red_lead")));

        for (var origin : new String[] {"http://elsewhere.example", "http://127.0.0.1:1", "null"}) {
            assertThatThrownBy(() -> open(browser, origin))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(WebSocketHandshakeException.class, refusal -> assertThat(
                                    refusal.getResponse().statusCode())
                            .isEqualTo(403));
        }
        open(browser, "http://127.0.0.1:" + port).abort();
    }

    @Test
    void aLogoutIsOnRecord() {
        var user = STACK.newUser(TENANT, "viewer");
        var login = logIn(user);

        send(bearing(accessToken(login), post("/api/v1/auth/logout", "").header("User-Agent", "test/2")));

        var deed = logoutOf(user.username());
        assertThat(deed.get("outcome").asString()).isEqualTo("success");
        assertThat(deed.get("tenant_id").asString()).isEqualTo(TENANT.toString());
        assertThat(deed.get("entity_id").asString())
                .isEqualTo(read(accessToken(login)).getClaimAsString("sid"));
        assertThat(deed.get("user_agent").asString()).isEqualTo("test/2");
        assertThat(deed.get("source_ip").asString()).startsWith("10.7.");
    }

    @Test
    void whatTheGateRefusesSomebodyKnownIsOnRecord() throws Exception {
        var user = STACK.newUser(TENANT, "red_lead");
        var login = logIn(user);
        var browser = Browser.with(login);

        for (var again = 0; again < 3; again++) {
            isError(send(browser.in(request(AGENTS)).DELETE()), 403, "FORBIDDEN");
        }
        assertThatThrownBy(() -> open(browser, null)).isInstanceOf(ExecutionException.class);
        send(bearing(accessToken(login), post("/api/v1/auth/logout", "")));
        isError(send(bearing(accessToken(login), request(AGENTS))), 401, "UNAUTHORIZED");
        isError(send(bearing(accessToken(login), post(AGENTS, "{}"))), 401, "UNAUTHORIZED");

        var deeds = deeds(5, deed -> deed.path("username").asString("").equals(user.username()));
        assertThat(deeds.stream()
                        .filter(deed -> deed.get("outcome").asString().equals("refused"))
                        .map(deed -> deed.get("action").asString() + " "
                                + deed.get("entity_id").asString() + " "
                                + deed.get("reason").asString()))
                // the same try once, and no reading
                .containsExactlyInAnyOrder(
                        "access_refused DELETE /api/v1/agents NO_CSRF_TOKEN",
                        "access_refused GET /api/v1/ws/console/9 NO_ORIGIN",
                        "access_refused POST /api/v1/agents SESSION_ENDED");
        assertThat(deeds).allSatisfy(deed -> {
            assertThat(deed.get("tenant_id").asString()).isEqualTo(TENANT.toString());
            assertThat(deed.get("source_ip").asString()).startsWith("10.7.");
        });
    }

    private WebSocket open(Browser browser, @Nullable String origin) throws Exception {
        var opening = http.newWebSocketBuilder()
                .connectTimeout(Duration.ofSeconds(10))
                .header("X-Forwarded-For", freshAddress())
                .header("Cookie", "%s=%s".formatted(Browser.SESSION, browser.cookie(Browser.SESSION)));
        return (origin == null ? opening : opening.header("Origin", origin))
                .buildAsync(
                        URI.create("ws://127.0.0.1:%d/api/v1/ws/console/9".formatted(port)),
                        new WebSocket.Listener() {})
                .get(10, TimeUnit.SECONDS);
    }

    private void aboutToEnd(Session session) {
        save(session, Instant.now().plusSeconds(20));
    }

    private void ended(Session session) {
        save(session, Instant.now().minusSeconds(1));
    }

    private void save(Session session, Instant tokenEndsAt) {
        sessions.save(new Session(
                        session.key(),
                        session.sid(),
                        session.accessToken(),
                        session.refreshToken(),
                        tokenEndsAt,
                        session.endsAt()))
                .block(Duration.ofSeconds(10));
    }

    private static JsonNode logoutOf(String username) {
        return deeds(
                        1,
                        deed -> deed.path("username").asString("").equals(username)
                                && deed.get("action").asString().equals("logout"))
                .getFirst();
    }
}
