package io.wardroom.gateway.shortway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.gateway.Agents;
import io.wardroom.gateway.OnRealServers;
import io.wardroom.gateway.TestUpstream;
import io.wardroom.gateway.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class BatchTest extends OnRealServers {
    private static final String PATH = "/api/v1/ingest";

    private Agents.Agent agent;

    @BeforeEach
    void anAgentIsKnown() throws IOException {
        agent = Agents.publish(STACK);
        echo();
        await("the agent is known").until(() -> {
            try (var wire = new Wire(port)) {
                return wire.send(head("Content-Length: 0")).read().status() == 202;
            }
        });
    }

    @Test
    void oneConnectionCarriesBatchAfterBatchAndOtherRequestsBetween() throws IOException {
        try (var wire = new Wire(port)) {
            for (int i = 0; i < 250; i++) {
                var body = "batch " + i;
                assertThat(wire.send(head("Content-Length: " + body.length()) + body)
                                .read()
                                .body())
                        .isEqualTo(body);
                if (i % 50 == 0) {
                    var health = wire.send("GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
                            .read();
                    assertThat(health.body()).isEqualTo("{\"status\":\"ok\"}");
                }
            }
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws IOException {
        UPSTREAM.answer(PATH, (seen, response) -> {
            var body = new String(seen.body());
            // the first is the slowest: whoever overtakes is found out
            var pause = java.time.Duration.ofMillis(body.equals("one") ? 200 : 0);
            return Mono.delay(pause).then(Mono.from(TestUpstream.json(202, body).to(seen, response)));
        });
        try (var wire = new Wire(port)) {
            wire.send(head("Content-Length: 3") + "one"
                    + head("Content-Length: 3") + "two"
                    + "GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n"
                    + head("Content-Length: 5") + "three"
                    + head("Content-Length: 4") + "four");

            assertThat(wire.read().body()).isEqualTo("one");
            assertThat(wire.read().body()).isEqualTo("two");
            assertThat(wire.read().body()).isEqualTo("{\"status\":\"ok\"}");
            assertThat(wire.read().body()).isEqualTo("three");
            assertThat(wire.read().body()).isEqualTo("four");
        }
    }

    @Test
    void aConnectionStaysGoodAfterPipelinedRequests() throws IOException {
        for (int i = 0; i < 50; i++) {
            try (var wire = new Wire(port)) {
                wire.send(head("Content-Length: 3") + "one" + "GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n");
                assertThat(wire.read().body()).isEqualTo("one");
                assertThat(wire.read().body()).isEqualTo("{\"status\":\"ok\"}");

                assertThat(wire.send(head("Content-Length: 3") + "two").read().body())
                        .isEqualTo("two");
                assertThat(wire.send("GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
                                .read()
                                .status())
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void aChunkedBatchArrivesWhole() throws IOException {
        try (var wire = new Wire(port)) {
            wire.send(head("Transfer-Encoding: chunked"));
            wire.send("3\r\nabc\r\n").send("4\r\ndefg\r\n").send("0\r\n\r\n");

            assertThat(wire.read().body()).isEqualTo("abcdefg");
            assertThat(UPSTREAM.seenAt(PATH).getLast().header("Content-Length")).isEqualTo("7");
            assertThat(UPSTREAM.seenAt(PATH).getLast().has("Transfer-Encoding")).isFalse();
        }
    }

    @Test
    void aChunkedBatchIsCutOffAtTheLimit() throws IOException {
        try (var wire = new Wire(port)) {
            wire.send(head("Transfer-Encoding: chunked"));
            var chunk = "10000\r\n" + "x".repeat(65536) + "\r\n";
            for (int i = 0; i < 65; i++) {
                wire.send(chunk);
            }

            var answer = wire.read();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.body()).contains("PAYLOAD_TOO_LARGE");
            assertThat(answer.headers()).containsEntry("connection", "close");
            assertThat(wire.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void aClientThatAsksFirstIsToldToContinue() throws IOException {
        try (var wire = new Wire(port)) {
            wire.send(head("Content-Length: 5\r\nExpect: 100-continue"));
            assertThat(wire.read().status()).isEqualTo(100);

            assertThat(wire.send("hello").read().body()).isEqualTo("hello");
            assertThat(UPSTREAM.seenAt(PATH).getLast().has("Expect")).isFalse();
        }
    }

    @Test
    void aClientThatAsksFirstWithABadTokenSendsNoBody() throws IOException {
        try (var wire = new Wire(port)) {
            wire.send(
                    "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ms_no\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
                            .formatted(PATH));

            assertThat(wire.read().status()).isEqualTo(401);
            assertThat(wire.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void aRefusedBatchLeavesTheConnectionUsable() throws IOException {
        try (var wire = new Wire(port)) {
            wire.send("POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ms_no\r\nContent-Length: 10\r\n\r\n01234"
                    .formatted(PATH));
            assertThat(wire.read().status()).isEqualTo(401);
            wire.send("56789");

            assertThat(wire.send(head("Content-Length: 2") + "ok").read().body())
                    .isEqualTo("ok");
        }
    }

    @Test
    void aBodyThatDoesNotComeIsNotWaitedForLong() throws IOException {
        try (var wire = new Wire(port)) {
            wire.send(head("Content-Length: 10") + "01234");

            var answer = wire.read();

            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.body()).contains("REQUEST_TIMEOUT");
            assertThat(wire.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void aSlowServiceIsGivenUp() throws IOException {
        UPSTREAM.answer(PATH, (_, _) -> Mono.never());
        try (var wire = new Wire(port)) {
            var answer = wire.send(head("Content-Length: 2") + "ok").read();

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.body()).contains("UNAVAILABLE");
            assertThat(answer.headers()).containsKey("retry-after");

            echo();
            assertThat(wire.send(head("Content-Length: 2") + "ok").read().body())
                    .isEqualTo("ok");
        }
    }

    @Test
    void aConnectionThatClosedUnansweredIsReplacedOnce() throws IOException {
        var calls = new AtomicInteger();
        UPSTREAM.answer(PATH, (seen, response) -> {
            if (calls.getAndIncrement() == 0) {
                response.withConnection(connection -> connection.channel().close());
                return Mono.never();
            }
            return TestUpstream.json(202, "second").to(seen, response);
        });
        try (var wire = new Wire(port)) {
            assertThat(wire.send(head("Content-Length: 2") + "ok").read().body())
                    .isEqualTo("second");
            assertThat(calls).hasValue(2);
        }
    }

    @Test
    void aServiceThatKeepsClosingIsNotAskedAThirdTime() throws IOException {
        var calls = new AtomicInteger();
        UPSTREAM.answer(PATH, (_, response) -> {
            calls.incrementAndGet();
            response.withConnection(connection -> connection.channel().close());
            return Mono.never();
        });
        try (var wire = new Wire(port)) {
            var answer = wire.send(head("Content-Length: 2") + "ok").read();

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.headers()).containsKey("retry-after");
            assertThat(calls).hasValue(2);
        }
    }

    @Test
    void aClientThatLeavesDisturbsNobody() throws IOException {
        for (int i = 0; i < 20; i++) {
            try (var wire = new Wire(port)) {
                wire.send(head("Content-Length: 10") + "0");
            }
            try (var wire = new Wire(port)) {
                wire.send(head("Content-Length: 1") + "0");
            }
        }
        var under = context.getBean(io.micrometer.core.instrument.MeterRegistry.class)
                .get("wardroom.gateway.ingest.under.way")
                .gauge();
        await("nothing is left under way").until(() -> under.value() == 0);
    }

    @Test
    void aDeletedAgentIsRefusedOnAnOpenConnection() throws IOException {
        try (var wire = new Wire(port)) {
            assertThat(wire.send(head("Content-Length: 2") + "ok").read().status())
                    .isEqualTo(202);

            Agents.delete(STACK, agent);

            await("the token is dead")
                    .until(() ->
                            wire.send(head("Content-Length: 2") + "ok").read().status() == 401);
        }
    }

    @Test
    void manyConnectionsAtOnceEachGetTheirOwnAnswers() throws Exception {
        var work = new ArrayList<Callable<Integer>>();
        for (int i = 0; i < 60; i++) {
            var name = "client " + i;
            work.add(() -> {
                var right = 0;
                try (var wire = new Wire(port)) {
                    for (int round = 0; round < 10; round++) {
                        var body = name + " round " + round;
                        right += wire.send(head("Content-Length: " + body.length()) + body)
                                        .read()
                                        .body()
                                        .equals(body)
                                ? 1
                                : 0;
                    }
                }
                return right;
            });
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(work)) {
                assertThat(done.get()).isEqualTo(10);
            }
        }
    }

    private void echo() {
        UPSTREAM.answer(PATH, (seen, response) -> TestUpstream.json(202, new String(seen.body()))
                .to(seen, response));
    }

    private String head(String more) {
        return "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n%s\r\n\r\n".formatted(PATH, agent.bearer(), more);
    }
}
