package io.wardroom.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.gateway.MoodyServer.Mood;
import io.wardroom.gateway.OnRealServers;
import io.wardroom.gateway.TestUpstream;
import io.wardroom.gateway.Wire;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardingTest extends OnRealServers {
    private static final String TOKEN = STACK.accessToken(STACK.newUser(UUID.randomUUID(), "owner"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/nothing",
                "/api/v1",
                "/api/v1/",
                "/api/v1/nothing",
                "/api/v1/agents/../audit-logs",
                "/api/v1/agents/%2e%2e/audit-logs",
                "/api/v1/auth/login/%2e%2e/me",
                "/api/v1//agents",
                "/api/v1/auth/login;x=1",
                "/v3/api-docs",
                "/actuator/health",
                "/webjars/swagger-ui/index.html"
            })
    void aPathThatNoServiceOwnsIsNoRoute(String path) throws IOException {
        // sent byte by byte: a client would tidy the path up
        try (var wire = new Wire(port)) {
            var answer = wire.send("GET %s HTTP/1.1\r\nHost: x\r\n\r\n".formatted(path))
                    .read();

            assertThat(answer.status()).isEqualTo(404);
            assertThat(JSON.readTree(answer.body()).get("code").asString()).isEqualTo("ROUTE_NOT_FOUND");
            assertThat(answer.headers()).containsKey("x-request-id").containsEntry("content-type", "application/json");
        }
    }

    @Test
    void whatTheOwnerAnswersIsRelayed() {
        UPSTREAM.answer("/api/v1/audit-logs", (seen, response) -> TestUpstream.json(
                        405, "{\"detail\":\"no\",\"code\":\"METHOD_NOT_ALLOWED\"}")
                .to(seen, response.header("X-Request-Id", "another").header("Allow", "GET")));

        var wrongMethod = send(authorized("/api/v1/audit-logs")
                .header("X-Request-Id", "ours-1")
                .PUT(BodyPublishers.ofString("{}")));
        var notBuilt = send(authorized("/api/v1/webhooks"));

        isError(wrongMethod, 405, "METHOD_NOT_ALLOWED");
        assertThat(wrongMethod.headers().firstValue("Allow")).contains("GET");
        assertThat(wrongMethod.headers().allValues("X-Request-Id")).containsExactly("ours-1");
        assertThat(wrongMethod.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(wrongMethod.headers().firstValue("Referrer-Policy")).contains("no-referrer");
        assertThat(UPSTREAM.seenAt("/api/v1/audit-logs").getLast().header("X-Request-Id"))
                .isEqualTo("ours-1");
        isError(notBuilt, 404, "ROUTE_NOT_FOUND");
        assertThat(UPSTREAM.seenAt("/api/v1/webhooks")).hasSizeGreaterThan(0);
    }

    @Test
    void aServiceGoesOnWithTheTraceOfTheRequest() {
        // people's reads have a way of their own, without a span here
        var path = "/api/v1/silences";
        var trace = UUID.randomUUID().toString().replace("-", "");
        UPSTREAM.answer(path, TestUpstream.json(200, "{}"));

        send(authorized(path)
                .header("traceparent", "00-%s-00f067aa0ba902b7-01".formatted(trace))
                .POST(BodyPublishers.noBody()));
        send(authorized(path).POST(BodyPublishers.noBody()));

        assertThat(UPSTREAM.seenAt(path).getFirst().header("traceparent"))
                .matches("00-%s-[0-9a-f]{16}-01".formatted(trace))
                .doesNotContain("00f067aa0ba902b7");
        assertThat(UPSTREAM.seenAt(path).getLast().header("traceparent"))
                .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]")
                .doesNotContain(trace);
    }

    @Test
    void aClientSaysNothingThatOnlyTheGatewayMaySay() throws IOException {
        UPSTREAM.answer("/api/v1/alerts", TestUpstream.json(200, "{}"));
        try (var wire = new Wire(port)) {
            wire.send("""
                    GET /api/v1/alerts HTTP/1.1\r
                    Host: x\r
                    Authorization: Bearer %s\r
                    X-Forwarded-For: 6.6.6.6, 203.0.113.9\r
                    X-Forwarded-For: 127.0.0.9\r
                    X-Forwarded-Proto: gopher\r
                    Forwarded: for=6.6.6.6\r
                    X-Real-Ip: 6.6.6.6\r
                    X-Request-Id: not sane!\r
                    X-Wardroom-Actor: root\r
                    Cookie: session=secret\r
                    Connection: keep-alive, X-Custom\r
                    X-Custom: 1\r
                    X-Kept: 2\r
                    \r
                    """.formatted(TOKEN));
            var answer = wire.read();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers().get("x-request-id")).doesNotContain("not sane");
        }
        var seen = UPSTREAM.seenAt("/api/v1/alerts").getLast();
        // the right-most address that is no trusted proxy's
        assertThat(seen.header("X-Forwarded-For")).isEqualTo("203.0.113.9");
        assertThat(seen.header("X-Request-Id")).matches("[0-9a-f-]{36}");
        assertThat(seen.header("X-Kept")).isEqualTo("2");
        assertThat(seen.headers())
                .doesNotContainKeys(
                        "x-forwarded-proto", "forwarded", "x-real-ip", "x-wardroom-actor", "cookie", "x-custom");
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedUnread() throws IOException {
        var head = "POST /api/v1/enrolment-tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n".formatted(TOKEN);
        try (var wire = new Wire(port)) {
            var answer = wire.send(head + "Content-Length: 2000000\r\n\r\n").read();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.body()).contains("PAYLOAD_TOO_LARGE");
            assertThat(wire.isClosedByPeer()).isTrue();
        }
        try (var wire = new Wire(port)) {
            wire.send(head + "Transfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 17; i++) {
                wire.send("10000\r\n" + "x".repeat(65536) + "\r\n");
            }
            assertThat(wire.read().status()).isEqualTo(413);
        }
    }

    @Test
    void whatIsNoRequestIsRefusedInTheErrorForm() throws IOException {
        try (var wire = new Wire(port)) {
            var answer = wire.send(
                            "GET /api/v1/health HTTP/1.1\r\nHost: x\r\nX-Big: %s\r\n\r\n".formatted("x".repeat(40_000)))
                    .read();
            assertThat(answer.status()).isEqualTo(431);
            assertThat(JSON.readTree(answer.body()).get("code").asString())
                    .isEqualTo("REQUEST_HEADER_FIELDS_TOO_LARGE");
            assertThat(answer.headers()).containsKey("x-request-id");
        }
        try (var wire = new Wire(port)) {
            var answer = wire.send("POST /api/v1/agents HTTP/1.1\r\nHost: x\r\nContent-Length: nonsense\r\n\r\n")
                    .read();
            assertThat(answer.status()).isEqualTo(400);
            assertThat(JSON.readTree(answer.body()).get("code").asString()).isEqualTo("VALIDATION_ERROR");
        }
    }

    @Test
    void aBodyThatDoesNotComeIsNotWaitedForLong() throws IOException {
        try (var wire = new Wire(port)) {
            wire.send(
                    "POST /api/v1/enrolment-tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 10\r\n\r\n12"
                            .formatted(TOKEN));

            var answer = wire.read();

            assertThat(answer.status()).isEqualTo(408);
            assertThat(JSON.readTree(answer.body()).get("code").asString()).isEqualTo("REQUEST_TIMEOUT");
        }
    }

    @Test
    void aReadIsAskedForOnceMoreWhereNothingWasAnswered() {
        MOODY.next(Mood.CLOSE_UNANSWERED);

        var answer = send(authorized("/api/v1/techniques"));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(MOODY.requests()).isEqualTo(2);
    }

    @Test
    void aWriteIsNeverSentTwice() {
        MOODY.next(Mood.CLOSE_UNANSWERED);

        var answer = send(authorized("/api/v1/techniques").POST(BodyPublishers.ofString("{}")));

        isError(answer, 503, "UNAVAILABLE");
        assertThat(answer.headers().firstValue("Retry-After")).contains("5");
        assertThat(MOODY.requests()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Mood.class,
            names = {"SAY_NOTHING", "CLOSE_UNANSWERED", "CLOSE_WITHIN_HEAD"})
    void aServiceThatBreaksOffIsAway(Mood mood) {
        MOODY.next(mood, mood);

        var answer = send(authorized("/api/v1/techniques"));

        isError(answer, 503, "UNAVAILABLE");
        assertThat(answer.headers().firstValue("Retry-After")).contains("5");
    }

    @Test
    void aServiceThatIsDownIsSoonLeftAlone() {
        for (int i = 0; i < 25; i++) {
            var answer = send(authorized("/api/v1/cloud/accounts"));
            isError(answer, 503, "UNAVAILABLE");
            assertThat(answer.headers().firstValue("Retry-After")).contains("5");
        }

        var metrics = send(request("/metrics")).body();
        assertThat(metrics)
                .containsPattern("resilience4j_circuitbreaker_state\\{[^}]*name=\"cloud\",state=\"open\"} 1");
        assertThat(metrics)
                .containsPattern("resilience4j_circuitbreaker_state\\{[^}]*name=\"audit\",state=\"closed\"} 1");
        // one upstream's trouble is no other's
        UPSTREAM.answer("/api/v1/usage", TestUpstream.json(200, "{}"));
        assertThat(send(authorized("/api/v1/usage")).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ws/console/7", "/api/v1/ws/console/7"})
    void webSocketsPassThrough(String path) throws Exception {
        var heard = new LinkedBlockingQueue<String>();
        var socket = http.newWebSocketBuilder()
                .connectTimeout(Duration.ofSeconds(10))
                .header("Authorization", "Bearer " + TOKEN)
                .buildAsync(URI.create("ws://127.0.0.1:%d%s".formatted(port, path)), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
                        heard.add(text.toString());
                        return WebSocket.Listener.super.onText(socket, text, last);
                    }
                })
                .get(10, TimeUnit.SECONDS);

        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("/api/v1/ws/console/7");
        socket.sendText("hello", true).get(10, TimeUnit.SECONDS);
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("echo hello");
        socket.abort();
    }

    @Test
    void managementStandsOnAPortOfItsOwn() throws Exception {
        var management = context.getEnvironment().getRequiredProperty("local.management.port");
        for (var path : new String[] {"health", "health/readiness", "health/liveness", "prometheus"}) {
            await(path).untilAsserted(() -> assertThat(http.send(
                                    HttpRequest.newBuilder(URI.create(
                                                    "http://127.0.0.1:%s/actuator/%s".formatted(management, path)))
                                            .timeout(Duration.ofSeconds(10))
                                            .build(),
                                    BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200));
        }
    }

    private HttpRequest.Builder authorized(String path) {
        return request(path).header("Authorization", "Bearer " + TOKEN);
    }
}
