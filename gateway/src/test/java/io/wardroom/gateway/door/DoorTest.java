package io.wardroom.gateway.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wardroom.gateway.OnRealServers;
import io.wardroom.gateway.TestUpstream;
import io.wardroom.gateway.Wire;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpHeaders;

class DoorTest extends OnRealServers {
    private static final String TOKEN = STACK.accessToken(STACK.newUser(UUID.randomUUID(), "owner"));

    @Test
    void aForeignPageOpensNoWebSocketWhateverItShows() throws Exception {
        assertThatThrownBy(() -> open("http://elsewhere.example"))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(WebSocketHandshakeException.class, refusal -> assertThat(
                                refusal.getResponse().statusCode())
                        .isEqualTo(403));
        open("http://127.0.0.1:" + port).abort();
    }

    @ParameterizedTest
    @CsvSource({
        "http://hub.example,       hub.example,      false",
        "http://hub.example,       hub.example:80,   false",
        "https://hub.example:443,  HUB.example,      false",
        "https://hub.example,      hub.example:8000, true",
        "https://hub.example.evil, hub.example,      true",
        "https://evil#hub.example, hub.example,      true",
        "null,                     hub.example,      true",
        "hub.example,              hub.example,      true",
        "'',                       hub.example,      true",
        "https://pages.example,    hub.example,      false",
        "http://pages.example,     hub.example,      true"
    })
    void anOriginIsOursOrAllowedOrForeign(String origin, String host, boolean foreign) {
        var headers = new HttpHeaders();
        headers.set("Origin", origin);
        headers.set("Host", host);
        var door = new DoorProperties(
                java.util.List.of(),
                null,
                null,
                null,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                1,
                java.util.List.of("https://Pages.example:443"));

        assertThat(new Origins(door).isForeign(headers)).isEqualTo(foreign);
    }

    @Test
    void noOtherOriginIsAllowedToReadAnswers() {
        UPSTREAM.answer("/api/v1/alerts", TestUpstream.json(200, "{}"));
        var page = Map.of("Origin", "https://elsewhere.example");

        for (var answer : java.util.List.of(
                preflight("/api/v1/alerts"),
                preflight("/api/v1/auth/login"),
                preflight("/api/v1/ingest"),
                send(request("/api/v1/alerts")
                        .header("Authorization", "Bearer " + TOKEN)
                        .header("Origin", page.get("Origin"))))) {
            assertThat(answer.headers().map().keySet())
                    .noneMatch(name -> name.toLowerCase(java.util.Locale.ROOT).startsWith("access-control-"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "CONNECT"})
    void methodsForProxiesAreNoRoutes(String method) throws IOException {
        try (var wire = new Wire(port)) {
            var answer = wire.send(
                            "%s /api/v1/health HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".formatted(method))
                    .read();
            assertThat(answer.status()).isEqualTo(405);
            assertThat(answer.body()).contains("METHOD_NOT_ALLOWED");
        }
    }

    @Test
    void whatAHostHeaderSaysIsNeverAnswered() throws IOException {
        for (var path : new String[] {"/docs", "/redoc", "/openapi.json", "/api/v1/health", "/api/v1/nothing"}) {
            try (var wire = new Wire(port)) {
                var answer = wire.send(
                                "GET %s HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\nForwarded: host=evil.example\r\nConnection: close\r\n\r\n"
                                        .formatted(path))
                        .read();
                assertThat(answer.body()).doesNotContain("evil.example");
                assertThat(answer.headers().toString()).doesNotContain("evil.example");
            }
        }
    }

    @Test
    void onlyByTlsABrowserIsToldToStayWithIt() {
        var plain = send(request("/api/v1/health"));
        var byTls = send(request("/api/v1/health").header("X-Forwarded-Proto", "https"));

        assertThat(plain.headers().firstValue("Strict-Transport-Security")).isEmpty();
        assertThat(byTls.headers().firstValue("Strict-Transport-Security"))
                .contains("max-age=31536000; includeSubDomains");
    }

    @Test
    void whatOnlyTheGatewayMaySayIsNotPassedOn() {
        UPSTREAM.answer("/api/v1/alerts", TestUpstream.json(200, "{}"));

        send(request("/api/v1/alerts")
                .header("Authorization", "Bearer " + TOKEN)
                .header("X-Api-Key", "wr_x")
                .header("X-Wardroom-Tenant", "other")
                .header("x-wardroom-anything", "other")
                .header("X-Original-Url", "/api/v1/users")
                .header("Forwarded", "for=1.2.3.4")
                .header("Proxy-Authorization", "Basic x"));

        assertThat(UPSTREAM.seenAt("/api/v1/alerts").getLast().headers())
                .doesNotContainKeys(
                        "x-api-key",
                        "x-wardroom-tenant",
                        "x-wardroom-anything",
                        "x-original-url",
                        "forwarded",
                        "proxy-authorization");
    }

    @Test
    void aReadWithABodyIsNotAskedForTwice() {
        MOODY.next(io.wardroom.gateway.MoodyServer.Mood.CLOSE_UNANSWERED);

        var answer = send(request("/api/v1/techniques")
                .header("Authorization", "Bearer " + TOKEN)
                .method("GET", java.net.http.HttpRequest.BodyPublishers.ofString("{}")));

        isError(answer, 503, "UNAVAILABLE");
        assertThat(MOODY.requests()).isEqualTo(1);
    }

    private HttpResponse<String> preflight(String path) {
        return send(request(path)
                .header("Origin", "https://elsewhere.example")
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "authorization")
                .method("OPTIONS", java.net.http.HttpRequest.BodyPublishers.noBody()));
    }

    private WebSocket open(String origin) throws Exception {
        return http.newWebSocketBuilder()
                .connectTimeout(Duration.ofSeconds(10))
                .header("Origin", origin)
                .header("Authorization", "Bearer " + TOKEN)
                .buildAsync(
                        URI.create("ws://127.0.0.1:%d/api/v1/ws/console/9".formatted(port)),
                        new WebSocket.Listener() {})
                .get(10, TimeUnit.SECONDS);
    }

    @Test
    void aBodyThatIsTooLargeIsAnsweredThoughItIsStillOnItsWay() throws IOException {
        var body = new byte[4_000_000];
        for (var again = 0; again < 20; again++) {
            try (var wire = new Wire(port)) {
                wire.send(
                                "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                                        .formatted(freshAddress(), body.length))
                        .send(body);

                var answer = wire.read();

                assertThat(answer.status()).isEqualTo(413);
                assertThat(answer.headers()).containsEntry("connection", "close");
                assertThat(answer.body()).contains("PAYLOAD_TOO_LARGE");
                assertThat(wire.isClosedByPeer()).isTrue();
            }
        }
    }
}
