package io.wardroom.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The servers for tests: one set for a whole `mvn verify`, whichever module asks first, and none once nobody asks.
///
/// They run below a process of their own, the daemon. It lives as long as a JVM that has called [#shared()] lives, and
/// 90 s more, so that the gap between two modules does not end it. Needs nothing but the JDK on the class path.
public final class TestStack {
    /// Chooses what the servers are: `embedded` (the default) or `containers`.
    public static final String INFRA = "infra";

    private static final Duration START_LIMIT = Duration.ofMinutes(6);
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final int TAIL_LINES = 40;
    private static final int HEAP_MEBIBYTES = 192;

    private static @Nullable Stack shared;

    private TestStack() {}

    /// The servers, started if they do not run yet: seconds, or a minute where Keycloak has never run before.
    ///
    /// @throws Trouble if one does not come up
    public static synchronized Stack shared() {
        var known = shared;
        if (known == null || !known.isOpen()) {
            try {
                known = connect(directory(), checkout());
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
            shared = known;
        }
        return known;
    }

    /// The root folder of the checkout that this JVM works in.
    ///
    /// @throws IllegalStateException if it works in none
    public static Path checkout() {
        for (var folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("pom.xml")) && Files.isDirectory(folder.resolve("local-stack"))) {
                return folder;
            }
        }
        throw new IllegalStateException(
                "not below a checkout of Wardroom: " + Path.of("").toAbsolutePath());
    }

    private static Path directory() {
        var kind = System.getProperty(INFRA, "embedded");
        return checkout().resolve("target").resolve(kind.equals("embedded") ? "test-stack" : "test-stack-" + kind);
    }

    static Stack connect(Path directory, Path checkout) throws IOException {
        var deadline = System.nanoTime() + START_LIMIT.toNanos();
        try (var _ = HomeLock.await(directory.resolve("starting.lock"), START_LIMIT)) {
            var running = join(directory);
            if (running.isPresent()) {
                return running.get();
            }
            var daemon = startDaemon(directory, checkout);
            while (true) {
                var started = join(directory);
                if (started.isPresent()) {
                    return started.get();
                }
                if (!daemon.isAlive()) {
                    throw new Trouble(
                            "The test servers did not start:\n"
                                    + String.join("\n", LogKeeper.tail(log(directory), TAIL_LINES)),
                            "",
                            log(directory));
                }
                if (System.nanoTime() > deadline) {
                    daemon.destroy();
                    throw late(directory);
                }
                pause();
            }
        }
    }

    private static Trouble late(Object directory) {
        return new Trouble(
                "The test servers were not ready within %d min.".formatted(START_LIMIT.toMinutes()),
                "Look at daemon.log in " + directory + ".");
    }

    /// Empty if no daemon of this version answers there.
    private static Optional<Stack> join(Path directory) throws IOException {
        var address = DaemonAddress.in(directory);
        return address.isEmpty() ? Optional.empty() : Stack.join(address.get(), directory);
    }

    private static Process startDaemon(Path directory, Path checkout) throws IOException {
        Files.createDirectories(directory);
        var words = new ArrayList<String>();
        Programs.find("setsid").ifPresent(program -> words.add(program.toString()));
        words.addAll(Command.smallJava(HEAP_MEBIBYTES));
        words.addAll(List.of(
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                ClassPath.ofServers(),
                "io.wardroom.local.TestStackDaemon",
                directory.toString(),
                System.getProperty(INFRA, "embedded"),
                checkout.toString()));
        var builder = new ProcessBuilder(words)
                .directory(directory.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(log(directory).toFile());
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "MAVEN_OPTS"));
        return builder.start();
    }

    private static Path log(Path directory) {
        return directory.resolve("daemon.log");
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new Trouble("The wait for the test servers was interrupted.", "", null, stopped);
        }
    }

    /// How a JVM finds the daemon and proves that it may use it.
    record DaemonAddress(int port, String secret) {
        private static final String FILE = "daemon.properties";

        static Optional<DaemonAddress> in(Path directory) throws IOException {
            var file = directory.resolve(FILE);
            if (Files.notExists(file)) {
                return Optional.empty();
            }
            var fields = Wire.decode(Files.readString(file).strip());
            return Optional.of(new DaemonAddress(
                    Integer.parseInt(fields.getOrDefault("port", "0")), fields.getOrDefault("secret", "")));
        }

        void write(Path directory) throws IOException {
            PrivateFiles.write(
                    directory.resolve(FILE), Wire.encode(Map.of("port", Integer.toString(port), "secret", secret)));
        }

        static void forget(Path directory) throws IOException {
            Files.deleteIfExists(directory.resolve(FILE));
        }

        static boolean isWritten(Path directory) {
            return Files.exists(directory.resolve(FILE));
        }
    }
}
