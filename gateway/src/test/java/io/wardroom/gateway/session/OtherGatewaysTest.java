package io.wardroom.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.gateway.GatewayApplication;
import io.wardroom.gateway.OnRealServers;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.http.client.ReactorResourceFactory;

/// Sessions at more than one gateway: one that cannot reach Keycloak, one that cannot reach Redis.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OtherGatewaysTest extends OnSessions {
    private static final String KEYS = "/api/v1/api-keys";
    private static final String NOBODY = "127.0.0.1:11";

    private final ConfigurableApplicationContext withoutKeycloak =
            gateway(Map.of("WARDROOM_KEYCLOAK_URL", "http://" + NOBODY));
    private final ConfigurableApplicationContext withoutRedis = gateway(Map.of("WARDROOM_REDIS", "redis://" + NOBODY));

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

    private HttpResponse<String> at(ConfigurableApplicationContext gateway, HttpRequest.Builder request) {
        var server = ((ReactiveWebServerApplicationContext) gateway).getWebServer();
        var built = request.build();
        return send(HttpRequest.newBuilder(built, (_, _) -> true)
                .uri(URI.create("http://127.0.0.1:%d%s"
                        .formatted(
                                java.util.Objects.requireNonNull(server).getPort(),
                                built.uri().getPath()))));
    }

    private static ConfigurableApplicationContext gateway(Map<String, String> settings) {
        var environment =
                new HashMap<String, Object>(STACK.newDatabase("gateway").environment());
        environment.putAll(settings);
        return new SpringApplicationBuilder(GatewayApplication.class)
                .initializers(
                        new OnRealServers.Servers(),
                        context -> context.getEnvironment()
                                .getPropertySources()
                                .addFirst(new SystemEnvironmentPropertySource("other-systemEnvironment", environment)),
                        context -> ((GenericApplicationContext) context)
                                .registerBean(ReactorResourceFactory.class, OtherGatewaysTest::ownThreads))
                .run();
    }

    /// Those that all contexts share would end with the first of them.
    private static ReactorResourceFactory ownThreads() {
        var threads = new ReactorResourceFactory();
        threads.setUseGlobalResources(false);
        return threads;
    }
}
