package io.wardroom.e2e;

import static io.wardroom.e2e.TheSuite.CHECKOUT;
import static io.wardroom.e2e.TheSuite.STACK;
import static io.wardroom.e2e.TheSuite.SUITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The packaged simulator at work on the suite. It compares what it was acknowledged with what is stored, and ends with
/// status 0 if nothing is lost, doubled or different.
final class Simulator implements AutoCloseable {
    private final Process process;
    private final Path output;

    private Simulator(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /// @param folder for what it says
    static Simulator start(Path folder, String... words) throws IOException {
        var database = STACK.environmentOf("agent-service");
        var command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx768m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-jar",
                CHECKOUT.resolve("bench/simulator/target/simulator.jar").toString(),
                "--gateway",
                SUITE.gateway().toString(),
                "--user",
                STACK.administrator(),
                "--db-url",
                database.get("WARDROOM_DB_URL"),
                "--db-user",
                database.get("WARDROOM_DB_USER"),
                "--db-superuser",
                STACK.postgresSuperuser()));
        command.addAll(List.of(words));
        var output = folder.resolve("simulator.log");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment()
                .putAll(Map.of(
                        "WARDROOM_ADMIN_PASSWORD", STACK.administratorPassword(),
                        "WARDROOM_DB_PASSWORD", database.get("WARDROOM_DB_PASSWORD"),
                        "WARDROOM_DB_SUPERUSER_PASSWORD", STACK.postgresPassword()));
        return new Simulator(builder.start(), output);
    }

    void awaitSaid(String words, Duration atMost) {
        await(words).atMost(atMost).until(() -> {
            assertThat(process.isAlive() || said().contains(words)).as(said()).isTrue();
            return said().contains(words);
        });
    }

    /// Lets it do what it waits for.
    void goOn() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    void findsEverythingStoredOnce(Duration atMost) throws InterruptedException {
        assertThat(process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS))
                .as("the simulator ended; it said %s", said())
                .isTrue();
        assertThat(process.exitValue()).as(said()).isZero();
    }

    String said() {
        try {
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
