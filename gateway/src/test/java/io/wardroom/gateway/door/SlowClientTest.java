package io.wardroom.gateway.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.wardroom.gateway.OnRealServers;
import io.wardroom.gateway.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

/// Clients that hold on to what others need.
class SlowClientTest extends OnRealServers {
    @ParameterizedTest
    @ValueSource(
            strings = {
                // a head that never ends
                "GET /api/v1/health HTTP/1.1\r\nHost: x\r\nX: ",
                // a body that was refused, which nobody reads
                "POST /api/v1/alerts HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n",
                "POST /api/v1/ingest HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n",
                "POST /api/v1/tests/1/evidence HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n"
                        + "Content-Length: 100000\r\n\r\n"
            })
    void oneByteAtATimeIsNotWaitedForLong(String beginning) throws IOException {
        try (var wire = new Wire(port)) {
            wire.send(beginning);

            await("the connection is cut off")
                    .pollInterval(Duration.ofMillis(100))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> {
                        try {
                            wire.send("x");
                            return false;
                        } catch (IOException cut) {
                            return true;
                        }
                    });
        }
    }

    @Test
    void aConnectionThatRestsBetweenRequestsIsNoSlowOne() throws IOException {
        try (var wire = new Wire(port)) {
            assertThat(wire.send("GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
                            .read()
                            .status())
                    .isEqualTo(200);
            var began = System.nanoTime();

            await("it has rested for longer than a head may take")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> System.nanoTime() - began > TimeUnit.MILLISECONDS.toNanos(2500));

            assertThat(wire.send("GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
                            .read()
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void whoDoesNotReadTheAnswerHoldsNoService() throws Exception {
        var token = STACK.accessToken(STACK.newUser(UUID.randomUUID(), "owner"));
        var over = new CountDownLatch(1);
        UPSTREAM.answer(
                "/api/v1/alerts",
                (_, response) -> response.send(Flux.range(0, 4096)
                        .map(_ -> Unpooled.wrappedBuffer(new byte[65536]))
                        .doFinally(_ -> over.countDown())));
        try (var wire = new Wire(port)) {
            wire.send("GET /api/v1/alerts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n".formatted(token));

            assertThat(over.await(15, TimeUnit.SECONDS)).isTrue();
        }
    }
}
