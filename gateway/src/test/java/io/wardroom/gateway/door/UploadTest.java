package io.wardroom.gateway.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.gateway.OnRealServers;
import io.wardroom.gateway.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Evidence, which may be larger than other bodies. Here a file may have 3 MB.
class UploadTest extends OnRealServers {
    private static final String TOKEN = STACK.accessToken(STACK.newUser(UUID.randomUUID(), "red_tech"));
    private static final String FORM = "multipart/form-data; boundary=x";
    private static final String PATH = "/api/v1/tests/" + UUID.randomUUID() + "/evidence";
    private static final int MEGABYTE = 1 << 20;

    @BeforeEach
    void nothingCame() {
        MOODY.next();
    }

    @Test
    void aFileIsPassedOnWhileItComes() throws IOException {
        try (var wire = new Wire(port)) {
            wire.send(head(PATH, FORM) + "Content-Length: %d\r\n\r\n".formatted(3 * MEGABYTE));
            wire.send(new byte[2 * MEGABYTE]);
            // the gateway keeps none of it back
            await("what was sent").until(() -> MOODY.received() == 2 * MEGABYTE);

            assertThat(wire.send(new byte[MEGABYTE]).read().status()).isEqualTo(200);
        }
        assertThat(MOODY.received()).isEqualTo(3 * MEGABYTE);
        assertThat(MOODY.requests()).isEqualTo(1);
    }

    @Test
    void aFileWithoutAToldLengthIsPassedOn() throws IOException {
        try (var wire = new Wire(port)) {
            wire.send(head(PATH, FORM) + "Transfer-Encoding: chunked\r\n\r\n");
            for (var sent = 0; sent < 3 * MEGABYTE; sent += 65_536) {
                wire.send(chunk());
            }
            assertThat(wire.send("0\r\n\r\n").read().status()).isEqualTo(200);
        }
        assertThat(MOODY.received()).isEqualTo(3 * MEGABYTE);
    }

    @Test
    void oneThatIsTooLargeIsRefusedUnread() throws IOException {
        try (var wire = new Wire(port)) {
            var answer = wire.send(head(PATH, FORM) + "Content-Length: %d\r\n\r\n".formatted(4 * MEGABYTE + 1))
                    .read();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.body()).contains("PAYLOAD_TOO_LARGE");
            assertThat(wire.isClosedByPeer()).isTrue();
        }
        assertThat(MOODY.requests()).isZero();
    }

    @Test
    void oneThatTurnsOutTooLargeIsCutOff() throws IOException {
        try (var wire = new Wire(port)) {
            wire.send(head(PATH, FORM) + "Transfer-Encoding: chunked\r\n\r\n");
            for (var sent = 0; sent <= 4 * MEGABYTE; sent += 65_536) {
                wire.send(chunk());
            }
            var answer = wire.read();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.body()).contains("PAYLOAD_TOO_LARGE");
        }
        // the service does not take what it got for the whole
        assertThat(MOODY.requests()).isZero();
        assertThat(MOODY.received()).isLessThanOrEqualTo(4 * MEGABYTE);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/tests/1/evidence, application/json",
        "/api/v1/tests/1/evidence, ''",
        "/api/v1/tests,            multipart/form-data; boundary=x",
        "/api/v1/tests/1/evidence/2, multipart/form-data; boundary=x",
        "/api/v1/agents,           multipart/form-data; boundary=x"
    })
    void whateverElseKeepsItsLimit(String path, String contentType) throws IOException {
        try (var wire = new Wire(port)) {
            var answer = wire.send(head(path, contentType) + "Content-Length: %d\r\n\r\n".formatted(MEGABYTE + 1))
                    .read();

            assertThat(answer.status()).isEqualTo(413);
        }
        assertThat(MOODY.requests()).isZero();
    }

    @Test
    void aStrangersFileIsNotRead() throws IOException {
        try (var wire = new Wire(port)) {
            var answer = wire.send("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
                            .formatted(PATH, FORM, 3 * MEGABYTE))
                    .read();

            assertThat(answer.status()).isEqualTo(401);
        }
        assertThat(MOODY.received()).isZero();
    }

    @Test
    void aFileThatComesSteadilyMayTakeItsTime() throws IOException {
        var pieces = 10;
        var sent = new AtomicInteger();
        try (var wire = new Wire(port)) {
            wire.send(head(PATH, FORM) + "Content-Length: %d\r\n\r\n".formatted(pieces * 1_000));

            // longer than another body may take, and longer than a service may think
            await("all pieces")
                    .pollInterval(Duration.ofMillis(500))
                    .atMost(Duration.ofSeconds(15))
                    .until(() -> {
                        wire.send(new byte[1_000]);
                        return sent.incrementAndGet() == pieces;
                    });

            assertThat(wire.read().status()).isEqualTo(200);
        }
    }

    @Test
    void oneThatStopsComingIsCutOff() throws IOException {
        try (var wire = new Wire(port)) {
            wire.send(head(PATH, FORM) + "Content-Length: %d\r\n\r\n".formatted(MEGABYTE));
            wire.send(new byte[1_000]);

            assertThat(wire.isAtEnd()).isTrue();
        }
        assertThat(MOODY.requests()).isZero();
    }

    private static String head(String path, String contentType) {
        return "POST %s HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: %s\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\n"
                .formatted(path, freshAddress(), TOKEN, contentType);
    }

    private static String chunk() {
        return "10000\r\n" + "x".repeat(65_536) + "\r\n";
    }
}
