package io.wardroom.local;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The Redis server. What it holds is written when it stops and every minute that brought a change.
final class Redis {
    static final String NAME = "redis";
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String LARGEST = "128mb";

    private final Home home;
    private final Ports ports;
    private final Processes processes;

    Redis(Home home, Ports ports, Processes processes) {
        this.home = home;
        this.ports = ports;
        this.processes = processes;
    }

    String url() {
        return "redis://" + ports.address(Port.REDIS);
    }

    void start() throws IOException {
        var data = home.data().resolve(NAME);
        Files.createDirectories(data);
        var words = List.of(
                program().toString(),
                "--bind",
                Ports.HOST,
                "--port",
                Integer.toString(ports.of(Port.REDIS)),
                "--dir",
                data.toString(),
                "--save",
                "60",
                "1",
                "--maxmemory",
                LARGEST,
                "--maxmemory-policy",
                "volatile-ttl",
                "--daemonize",
                "no");
        processes
                .start(new Command(NAME, Rank.REDIS, words, Map.of(), false, data, ports.of(Port.REDIS)))
                .await(LIMIT, this::pings);
    }

    private boolean pings() throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(Ports.HOST, ports.of(Port.REDIS)), 1000);
            socket.setSoTimeout(1000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII).equals("+PONG");
        }
    }

    private Path program() throws IOException {
        var name =
                switch (System.getProperty("os.arch")) {
                    case "amd64", "x86_64" -> "redis-server-6.2.6-v5-linux-amd64";
                    case "aarch64" -> "redis-server-6.2.7-linux-arm64";
                    default ->
                        throw new Trouble(
                                "There is no Redis for this kind of processor (%s)."
                                        .formatted(System.getProperty("os.arch")),
                                "Use a machine of the x86-64 or ARM kind.");
                };
        var program = home.runtime().resolve(name);
        if (Files.notExists(program)) {
            Files.createDirectories(home.runtime());
            var draft = home.runtime().resolve(name + ".new");
            try (var stream = Redis.class.getResourceAsStream("/" + name)) {
                if (stream == null) {
                    throw new IOException(name + " is not on the class path");
                }
                Files.copy(stream, draft, StandardCopyOption.REPLACE_EXISTING);
            }
            Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(draft, program, StandardCopyOption.ATOMIC_MOVE);
        }
        return program;
    }
}
