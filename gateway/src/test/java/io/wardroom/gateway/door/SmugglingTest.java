package io.wardroom.gateway.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.gateway.Agents;
import io.wardroom.gateway.OnRealServers;
import io.wardroom.gateway.TestUpstream;
import io.wardroom.gateway.Wire;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Requests that two servers may read as one and as two, to the general route and to the short way of batches.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SmugglingTest extends OnRealServers {
    private static final String HIDDEN = "/api/v1/usage";
    private static final String PERSON = "Bearer " + STACK.accessToken(STACK.newUser(UUID.randomUUID(), "owner"));

    private String agent = "";

    private enum Way {
        GENERAL("/api/v1/alerts"),
        SHORT("/api/v1/ingest");

        final String path;

        Way(String path) {
            this.path = path;
        }
    }

    /// What stands behind the credential, and what follows the head.
    private record Shape(String line, String headers, String body) {
        Shape(String headers, String body) {
            this("POST %s HTTP/1.1", "Host: x\r\n" + headers, body);
        }
    }

    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";

    private static List<Shape> refused(String hidden) {
        var shapes = new ArrayList<Shape>();
        var chunks = "0\r\n\r\n" + hidden;
        for (var headers : List.of(
                "Content-Length: %d\r\n".formatted(chunks.length()) + CHUNKED,
                CHUNKED + "Content-Length: 5\r\n",
                "Transfer-Encoding: xchunked\r\n",
                "Transfer-Encoding: identity\r\n",
                "Transfer-Encoding: gzip\r\n",
                "Transfer-Encoding: chunked, identity\r\n",
                "Transfer-Encoding: identity, chunked\r\n",
                "Transfer-Encoding: gzip, chunked\r\n",
                "Transfer-Encoding: chunked;x=1\r\n",
                "Transfer-Encoding: \"chunked\"\r\n",
                "Transfer-Encoding: chunked,\r\n",
                "Transfer-Encoding:\r\n",
                "Transfer-Encoding: \u000bchunked\r\n",
                "Transfer-Encoding : chunked\r\n",
                "Transfer-Encoding\t: chunked\r\n",
                " Transfer-Encoding: chunked\r\n",
                "Transfer_Encoding: chunked\r\nTransfer-Encoding: x\r\n",
                CHUNKED + CHUNKED,
                CHUNKED + "Transfer-Encoding: identity\r\n",
                "Transfer-Encoding: identity\r\n" + CHUNKED,
                "Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n",
                "X: y\rTransfer-Encoding: chunked\r\n",
                "X: y\0\r\n" + CHUNKED,
                "X: \u0001y\r\n" + CHUNKED,
                "X: y\u001bz\r\n" + CHUNKED,
                "X: y\u007f\r\n" + CHUNKED,
                "X\u0001Y: z\r\n" + CHUNKED,
                "X\0Y: z\r\n" + CHUNKED,
                ": nameless\r\n" + CHUNKED,
                "colonless\r\n" + CHUNKED,
                "X: y\n" + CHUNKED,
                "Transfer-Encoding: chunked\n\r\n",
                "Host: y\r\n" + CHUNKED,
                "Content-Length: 0\r\nContent-Length: 5\r\n",
                "Content-Length: 5\r\nContent-Length: 5\r\n",
                "Content-Length: 0, 5\r\n",
                "Content-Length: +5\r\n",
                "Content-Length: -5\r\n",
                "Content-Length: 5 5\r\n",
                "Content-Length: 5\r\n 5\r\n",
                "Content-Length: 0x5\r\n",
                "Content-Length: 5.0\r\n",
                "Content-Length: 18446744073709551617\r\n",
                "Content-Length:\r\n",
                "Content-Length : 5\r\n")) {
            shapes.add(new Shape(headers, chunks));
        }
        for (var body : List.of(
                "0x0\r\n\r\n",
                "-0\r\n\r\n",
                "+0\r\n\r\n",
                "g\r\n\r\n",
                "\r\n\r\n",
                "10000000000000000\r\n\r\n",
                "fffffffffffffffff\r\n\r\n",
                "80000000\r\n\r\n",
                "5\r\nhello0\r\n\r\n",
                "5\r\nhelloXX0\r\n\r\n",
                "5\nhello\n0\n\n",
                "5\rhello\r\n0\r\n\r\n",
                "5;" + "x".repeat(20_000) + "\r\nhello\r\n0\r\n\r\n",
                "0\r\nX: " + "x".repeat(40_000) + "\r\n\r\n",
                "0\r\nX\0: y\r\n\r\n")) {
            shapes.add(new Shape(CHUNKED, body + hidden));
        }
        var none = "Content-Length: 0\r\n";
        for (var line : List.of(
                "POST http://x%s HTTP/1.1",
                "POST http://elsewhere.example%s HTTP/1.1",
                "POST //elsewhere.example%s HTTP/2.0",
                "POST x%s HTTP/1.1",
                "POST %s#a HTTP/1.1",
                "POST %s\0 HTTP/1.1",
                "POST %s\u007f HTTP/1.1",
                "POST %s HTTP/1.1 HTTP/1.1",
                "POST %s HTTP/0.9",
                "POST %s HTTP/1.2",
                "POST %s",
                "PO ST %s HTTP/1.1",
                "PO\0ST %s HTTP/1.1",
                "CONNECT x:80 HTTP/1.1",
                "OPTIONS * HTTP/1.1")) {
            shapes.add(new Shape(line, "Host: x\r\n" + none, hidden));
        }
        for (var host : List.of(
                "",
                "Host:\r\n",
                "Host: a@x\r\n",
                "Host: x/y\r\n",
                "Host: x y\r\n",
                "Host: x, y\r\n",
                "Host: x:\r\n",
                "Host: x:port\r\n",
                "Host: <script>\r\n",
                "Host: x\r\nHost: x\r\n",
                "Host: x\r\n y\r\n")) {
            shapes.add(new Shape("POST %s HTTP/1.1", host + none, hidden));
        }
        shapes.add(new Shape("POST %s HTTP/1.0", "Host: x\r\n" + CHUNKED, chunks));
        return shapes;
    }

    /// One request each, whatever is in it.
    private static List<Shape> taken(String hidden) {
        var length = hidden.length();
        return List.of(
                new Shape("Content-Length: %d\r\n".formatted(length), hidden),
                new Shape("Content-Length: \t %d \r\n".formatted(length), hidden),
                new Shape("Content-Length: 000%d\r\n".formatted(length), hidden),
                new Shape("Transfer-Encoding: Chunked\r\n", "%x\r\n%s\r\n0\r\n\r\n".formatted(length, hidden)),
                new Shape(CHUNKED, "%X;a=b;c=\"d\"\r\n%s\r\n000\r\n\r\n".formatted(length, hidden)),
                new Shape(
                        CHUNKED,
                        "%x\r\n%s\r\n0\r\nContent-Length: 5\r\nTransfer-Encoding: x\r\nAuthorization: Bearer x\r\nX-Late: 1\r\n\r\n"
                                .formatted(length, hidden)),
                new Shape("X: y\r\n folded: z\r\nContent-Length: %d\r\n".formatted(length), hidden),
                new Shape("GET %s HTTP/1.1", "Host: x\r\nContent-Length: %d\r\n".formatted(length), hidden),
                new Shape(
                        "Connection: content-length, transfer-encoding\r\nContent-Length: %d\r\n".formatted(length),
                        hidden),
                new Shape(
                        "X-Wardroom-Actor: root\r\nX-HTTP-Method-Override: GET\r\nContent-Length: %d\r\n"
                                .formatted(length),
                        hidden));
    }

    @BeforeAll
    void anAgentIsKnown() {
        var known = Agents.publish(STACK);
        agent = known.bearer();
        UPSTREAM.answer(Way.SHORT.path, TestUpstream.json(202, "{}"));
        await("the agent is known").until(() -> {
            try (var wire = new Wire(port)) {
                return wire.send(
                                        "POST /api/v1/ingest HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Length: 0\r\n\r\n"
                                                .formatted(agent))
                                .read()
                                .status()
                        == 202;
            }
        });
    }

    @BeforeEach
    void servicesAnswer() {
        UPSTREAM.answer(Way.GENERAL.path, TestUpstream.json(200, "{}"));
        UPSTREAM.answer(Way.SHORT.path, TestUpstream.json(202, "{}"));
        UPSTREAM.answer(HIDDEN, TestUpstream.json(200, "{}"));
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void whatReadsTwoWaysIsRefusedAndTheConnectionClosed(Way way) throws IOException {
        var faults = new ArrayList<String>();
        for (var shape : refused(hidden())) {
            servicesAnswer();
            var sent = textOf(shape, way);
            try (var wire = new Wire(port)) {
                var answers = answersOf(wire.send(sent));
                if (answers.size() > 1 || !answers.stream().allMatch(SmugglingTest::isRefusal)) {
                    faults.add(shown(sent) + " -> " + answers);
                }
            } catch (SocketTimeoutException open) {
                faults.add(shown(sent) + " -> still open");
            }
            if (!UPSTREAM.seenAt(HIDDEN).isEmpty() || !UPSTREAM.seenAt(way.path).isEmpty()) {
                faults.add(shown(sent) + " -> passed on");
            }
        }
        assertThat(faults).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void whatReadsOneWayIsOneRequest(Way way) throws IOException {
        for (var shape : taken(hidden())) {
            servicesAnswer();
            var sent = textOf(shape, way);
            try (var wire = new Wire(port)) {
                wire.send(sent + "GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n");
                assertThat(wire.read().status()).as(shown(sent)).isBetween(200, 202);
                assertThat(wire.read().body()).as(shown(sent)).isEqualTo("{\"status\":\"ok\"}");
            } catch (SocketTimeoutException still) {
                throw new AssertionError(shown(sent), still);
            }
            assertThat(UPSTREAM.seenAt(HIDDEN)).as(shown(sent)).isEmpty();
            assertThat(UPSTREAM.seenAt(way.path)).as(shown(sent)).hasSize(1);
            var seen = UPSTREAM.seenAt(way.path).getFirst();
            assertThat(new String(seen.body())).as(shown(sent)).isEqualTo(hidden());
            assertThat(seen.headers()).as(shown(sent)).doesNotContainKeys("x-late", "x-wardroom-actor", "trailer");
            assertThat(seen.headers().getOrDefault("content-length", List.of())).hasSizeLessThanOrEqualTo(1);
        }
    }

    private static boolean isRefusal(Wire.Answer answer) {
        return answer.status() >= 400
                && answer.status() < 500
                && !JSON.readTree(answer.body()).path("code").asString("").isEmpty()
                && answer.headers().containsKey("x-request-id")
                && "application/json".equals(answer.headers().get("content-type"));
    }

    @Test
    void anAnswerUnderWayIsNotMistakenForTheOneToWhatFollows() throws IOException {
        UPSTREAM.answer(Way.GENERAL.path, (seen, response) -> reactor.core.publisher.Mono.delay(
                        java.time.Duration.ofMillis(200))
                .then(reactor.core.publisher.Mono.from(
                        TestUpstream.json(200, "{\"slow\":1}").to(seen, response))));
        try (var wire = new Wire(port)) {
            wire.send(textOf(new Shape("Content-Length: 0\r\n", ""), Way.GENERAL)
                    + textOf(new Shape("Transfer-Encoding: xchunked\r\n", hidden()), Way.GENERAL));

            var answers = answersOf(wire);

            assertThat(answers.size()).isLessThanOrEqualTo(2);
            if (answers.size() == 2) {
                assertThat(answers.getFirst().body()).isEqualTo("{\"slow\":1}");
                assertThat(answers.getLast().status()).isEqualTo(400);
            } else {
                assertThat(answers)
                        .allSatisfy(answer -> assertThat(answer.status()).isEqualTo(400));
            }
        }
        assertThat(UPSTREAM.seenAt(HIDDEN)).isEmpty();
    }

    private static List<Wire.Answer> answersOf(Wire wire) throws IOException {
        var answers = new ArrayList<Wire.Answer>();
        while (!wire.isAtEnd()) {
            answers.add(wire.read());
        }
        return answers;
    }

    private static String hidden() {
        return "GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n\r\n".formatted(HIDDEN, PERSON);
    }

    private String textOf(Shape shape, Way way) {
        return shape.line().replace("%s", way.path) + "\r\nAuthorization: " + (way == Way.SHORT ? agent : PERSON)
                + "\r\n" + shape.headers() + "\r\n" + shape.body();
    }

    private static String shown(String sent) {
        var head = sent.replace(PERSON, "...")
                .replace("\r", "\\r")
                .replace("\n", "\\n")
                .replace("\0", "\\0");
        return head.substring(0, Math.min(head.length(), 400));
    }
}
