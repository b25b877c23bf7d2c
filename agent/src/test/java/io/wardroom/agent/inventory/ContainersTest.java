package io.wardroom.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against a Unix socket that answers in the form of the Engine API v1.41.
class ContainersTest {
    private static final String ID = "8dfafdbc3a40aa1cb8d6cbd0a2b0fb9ac8ee4f1e0d2ca1c21e1c5ed0f5a2d6b1";

    @TempDir
    Path root;

    @Test
    void theEnginesContainersAreTold() throws Exception {
        Files.createDirectories(root.resolve("run"));
        try (var engine = new Engine(
                root.resolve("run/docker.sock"),
                Map.of(
                        "/images/json",
                        """
                        [{"Id":"sha256:aaa","RepoDigests":["nginx@sha256:bbb"]},{"Id":"sha256:ccc","RepoDigests":null}]\
                        """,
                        "/containers/json?all=1",
                        """
                        [{"Id":"%s","Names":["/web"],"Image":"nginx:1.27","ImageID":"sha256:aaa","State":"running","Status":"Up 5 minutes",
                          "Ports":[{"IP":"0.0.0.0","PrivatePort":80,"PublicPort":8080,"Type":"tcp"},{"PrivatePort":443,"Type":"tcp"}],
                          "Labels":{"z":"1","app":"shop","db":"postgres://u:pw@db/x"}}]\
                        """.formatted(ID),
                        "/containers/" + ID + "/json",
                        """
                        {"State":{"Status":"running","StartedAt":"2025-01-02T03:04:05.678901234Z"}}\
                        """))) {

            var found = new Containers(new FakeHost(root).files()).look();

            assertThat(FakeHost.json(found)).containsExactly("""
                {"id":"%s","name":"web","image":"nginx:1.27","image_digest":"nginx@sha256:bbb","state":"running","started_at":"2025-01-02T03:04:05.678901234Z","ports":["443/tcp","8080->80/tcp"],"labels":{"app":"shop","db":"postgres://***@db/x","z":"1"}}\
                """.formatted(ID));
            assertThat(engine.failure).isNull();
        }
    }

    @Test
    void anEngineThatAnswersNonsenseIsUnreadableAndNotEmpty() throws Exception {
        Files.createDirectories(root.resolve("run"));
        for (var answer : new String[] {"{", "[".repeat(10_000), "<html>"}) {
            try (var engine = new Engine(
                    root.resolve("run/docker.sock"),
                    Map.of("/images/json", answer, "/containers/json?all=1", "[{}]"))) {
                var found = new Containers(new FakeHost(root).files()).look();

                assertThat(found).as(answer).isInstanceOf(Finding.Unreadable.class);
                assertThat(engine.failure).isNull();
            }
        }
    }

    @Test
    void anEngineThatNeverAnswersIsGivenUp() throws Exception {
        var socket = root.resolve("silent.sock");
        try (var listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listening.bind(UnixDomainSocketAddress.of(socket));

            assertThat(org.assertj.core.api.Assertions.catchThrowable(
                            () -> new UnixHttp(socket, Duration.ofMillis(50)).get("/x")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no whole answer");
        }
    }

    @Test
    void aHostWithoutAnEngineHasNoSuchSection() throws Exception {
        assertThat(new Containers(new FakeHost(root).files()).look()).isEqualTo(new Finding.Absent());
    }

    private static final class Engine implements AutoCloseable {
        private final ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        private final Path socket;
        private final Map<String, String> answers;
        private volatile IOException failure;

        Engine(Path socket, Map<String, String> answers) throws IOException {
            this.socket = socket;
            this.answers = answers;
            listening.bind(UnixDomainSocketAddress.of(socket));
            Thread.ofVirtual().start(this::serve);
        }

        private void serve() {
            while (true) {
                try (var connection = listening.accept()) {
                    var request = ByteBuffer.allocate(4096);
                    connection.read(request);
                    var path =
                            new String(request.array(), 0, request.position(), StandardCharsets.US_ASCII).split(" ")[1];
                    var answer = answers.get(path);
                    var text = answer == null
                            ? "HTTP/1.0 404 Not Found\r\n\r\n"
                            : "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + answer;
                    var out = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                    while (out.hasRemaining()) {
                        connection.write(out);
                    }
                } catch (ClosedChannelException closed) {
                    return;
                } catch (IOException failed) {
                    failure = failed;
                    return;
                }
            }
        }

        @Override
        public void close() throws IOException {
            listening.close();
            Files.deleteIfExists(socket);
        }
    }
}
