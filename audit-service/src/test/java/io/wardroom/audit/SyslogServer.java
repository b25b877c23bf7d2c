package io.wardroom.audit;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import javax.net.ServerSocketFactory;

/// A syslog server that keeps what it was told, and can be taken away and brought back on the same port.
public final class SyslogServer {
    private final ServerSocketFactory sockets;
    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final AtomicInteger faults = new AtomicInteger();
    private ServerSocket listening;
    private int port;

    private SyslogServer(ServerSocketFactory sockets) {
        this.sockets = sockets;
    }

    public static SyslogServer started() {
        return started(ServerSocketFactory.getDefault());
    }

    public static SyslogServer started(ServerSocketFactory sockets) {
        var server = new SyslogServer(sockets);
        server.start();
        return server;
    }

    public String address() {
        return "tcp://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    public synchronized void start() {
        try {
            var socket = sockets.createServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            port = socket.getLocalPort();
            listening = socket;
            Thread.ofVirtual().start(() -> serve(socket));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public synchronized void stop() {
        try {
            listening.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// Lets the next connections break off ahead of their end, as a server that dies would.
    public void breakNext(int connections) {
        faults.set(connections);
    }

    /// How many of those connections have not come yet.
    public int faultsLeft() {
        return faults.get();
    }

    /// What came whole, in order.
    public List<String> messages(Predicate<String> wanted) {
        return messages.stream().filter(wanted).toList();
    }

    private void serve(ServerSocket socket) {
        while (true) {
            try {
                var client = socket.accept();
                Thread.ofVirtual().start(() -> attend(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void attend(Socket client) {
        var faulty = faults.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        try (client) {
            var in = new BufferedInputStream(client.getInputStream());
            if (faulty) {
                in.read();
                client.setSoLinger(true, 0);
                return;
            }
            for (var length = length(in); length >= 0; length = length(in)) {
                messages.add(new String(in.readNBytes(length), StandardCharsets.UTF_8));
            }
        } catch (IOException gone) {
            // whoever it was sends it again
        }
    }

    /// Octet counting: the length in digits and a space; -1 at the end.
    private static int length(InputStream in) throws IOException {
        var length = -1;
        while (true) {
            var read = in.read();
            if (read < 0 && length < 0) {
                return -1;
            }
            if (read == ' ' && length >= 0) {
                return length;
            }
            if (read < '0' || read > '9') {
                throw new EOFException("no length of a message");
            }
            length = Math.max(0, length) * 10 + read - '0';
        }
    }
}
