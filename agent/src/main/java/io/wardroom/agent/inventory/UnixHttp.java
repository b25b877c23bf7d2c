package io.wardroom.agent.inventory;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/// GET over a Unix socket in HTTP/1.0, where an answer ends with its connection; bounded in time and size.
final class UnixHttp {
    private static final int MAX_BYTES = 8 << 20;

    private final Path socket;
    private final Duration limit;

    UnixHttp(Path socket, Duration limit) {
        this.socket = socket;
        this.limit = limit;
    }

    /// The body of a 200.
    ///
    /// @throws IOException on any other status, or if the whole answer did not come within the limits
    byte[] get(String path) throws IOException {
        var request = "GET %s HTTP/1.0\r\nHost: localhost\r\nAccept: application/json\r\n\r\n".formatted(path);
        var answer = exchange(request.getBytes(StandardCharsets.US_ASCII));
        var end = headerEnd(answer);
        var status = new String(answer, 0, Math.min(end, 64), StandardCharsets.US_ASCII).split(" ", 3);
        if (status.length < 2 || !status[1].equals("200")) {
            throw new IOException(
                    "%s answers %s to %s".formatted(socket, status.length < 2 ? "nothing" : status[1], path));
        }
        return java.util.Arrays.copyOfRange(answer, end, answer.length);
    }

    private byte[] exchange(byte[] request) throws IOException {
        var deadline = System.nanoTime() + limit.toNanos();
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                var selector = Selector.open()) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.configureBlocking(false);
            var key = channel.register(selector, SelectionKey.OP_WRITE);
            var out = ByteBuffer.wrap(request);
            while (out.hasRemaining()) {
                await(selector, deadline);
                channel.write(out);
            }
            key.interestOps(SelectionKey.OP_READ);
            var bytes = new ByteArrayOutputStream();
            var in = ByteBuffer.allocate(16 << 10);
            while (true) {
                await(selector, deadline);
                in.clear();
                var read = channel.read(in);
                if (read < 0) {
                    return bytes.toByteArray();
                }
                bytes.write(in.array(), 0, read);
                if (bytes.size() > MAX_BYTES) {
                    throw new IOException("more than %d bytes from %s".formatted(MAX_BYTES, socket));
                }
            }
        }
    }

    private void await(Selector selector, long deadline) throws IOException {
        var left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0 || selector.select(left) == 0) {
            throw new IOException("no whole answer from %s within %d s".formatted(socket, limit.toSeconds()));
        }
        selector.selectedKeys().clear();
    }

    private static int headerEnd(byte[] answer) throws IOException {
        for (int i = 0; i + 3 < answer.length; i++) {
            if (answer[i] == '\r' && answer[i + 1] == '\n' && answer[i + 2] == '\r' && answer[i + 3] == '\n') {
                return i + 4;
            }
        }
        throw new IOException("no HTTP answer");
    }
}
