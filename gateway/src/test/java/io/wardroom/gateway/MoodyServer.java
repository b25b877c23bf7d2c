package io.wardroom.gateway;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// A server that can break off at any byte, as a service does that is killed.
public final class MoodyServer {
    /// What it does with one request; the default is to answer.
    public enum Mood {
        CLOSE_UNANSWERED,
        CLOSE_WITHIN_HEAD,
        CLOSE_WITHIN_BODY,
        SAY_NOTHING
    }

    private final ServerSocket listener;
    private final Queue<Mood> moods = new ConcurrentLinkedQueue<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicLong received = new AtomicLong();

    private MoodyServer(ServerSocket listener) {
        this.listener = listener;
    }

    public static MoodyServer start() {
        try {
            var server = new MoodyServer(new ServerSocket(0, 100, InetAddress.getLoopbackAddress()));
            Thread.ofVirtual().start(server::accept);
            return server;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /// The next requests are treated so, one after the other; those after them are answered.
    public void next(Mood... treatments) {
        moods.clear();
        moods.addAll(java.util.List.of(treatments));
        requests.set(0);
        received.set(0);
    }

    /// How many bytes of bodies came since then, of those that are still on their way as well.
    public long received() {
        return received.get();
    }

    /// How many requests came since the last [#next].
    public int requests() {
        return requests.get();
    }

    private void accept() {
        while (true) {
            try {
                var socket = listener.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                var in = new BufferedInputStream(socket.getInputStream())) {
            while (readRequest(in)) {
                requests.incrementAndGet();
                var mood = moods.poll();
                var body = "{\"items\":[]}";
                var head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                        .formatted(body.length());
                switch (mood) {
                    case null -> socket.getOutputStream().write(bytes(head + body));
                    case CLOSE_UNANSWERED -> {
                        return;
                    }
                    case CLOSE_WITHIN_HEAD -> {
                        socket.getOutputStream().write(bytes("HTTP/1.1 20"));
                        return;
                    }
                    case CLOSE_WITHIN_BODY -> {
                        socket.getOutputStream().write(bytes(head + body.substring(0, 5)));
                        return;
                    }
                    case SAY_NOTHING -> in.read();
                }
            }
        } catch (IOException gone) {
            // the gateway closed: the connection is over
        }
    }

    private boolean readRequest(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            var next = in.read();
            if (next < 0) {
                return false;
            }
            head.write(next);
        }
        var fields = head.toString(StandardCharsets.ISO_8859_1).toLowerCase(java.util.Locale.ROOT);
        if (fields.contains("transfer-encoding: chunked")) {
            return readChunks(in);
        }
        var length = fields.lines()
                .filter(line -> line.startsWith("content-length:"))
                .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
                .findFirst()
                .orElse(0);
        return readBytes(in, length);
    }

    private boolean readChunks(InputStream in) throws IOException {
        while (true) {
            var line = new ByteArrayOutputStream();
            for (var next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    return false;
                }
                line.write(next);
            }
            var size =
                    Integer.parseInt(line.toString(StandardCharsets.ISO_8859_1).strip(), 16);
            if (!readBytes(in, size)) {
                return false;
            }
            in.skipNBytes(2);
            if (size == 0) {
                return true;
            }
        }
    }

    private boolean readBytes(InputStream in, int length) throws IOException {
        var part = new byte[1 << 16];
        for (var left = length; left > 0; ) {
            var read = in.read(part, 0, Math.min(left, part.length));
            if (read < 0) {
                return false;
            }
            left -= read;
            received.addAndGet(read);
        }
        return true;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
