package io.wardroom.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.agent.hub.LoopbackHub;
import io.wardroom.agent.json.Json;
import io.wardroom.agent.spool.Spool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The agent as a process of its own: started, killed, stopped.
class AgentProcessTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void nothingIsLeftRunning() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void aKillInTheMiddleOfSendingLosesNothingThatWasSpooled() throws Exception {
        try (var hub = new LoopbackHub()) {
            var released = new CountDownLatch(1);
            var sending = new CountDownLatch(1);
            // the hub has the batch, but its answer never reaches the agent
            hub.beforeIngestAnswer(() -> {
                sending.countDown();
                try {
                    released.await();
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                }
            });
            var first = start(hub, "agent.toml");
            assertThat(sending.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as(log())
                    .isTrue();
            await("more batches behind the one that is being sent")
                    .atMost(PATIENCE)
                    .until(() -> spooled().size() >= 3);

            first.destroyForcibly();
            assertThat(first.waitFor(10, TimeUnit.SECONDS)).isTrue();
            var spooled = spooled();
            var sentBefore = hub.batches().getFirst();
            hub.beforeIngestAnswer(() -> {});
            released.countDown();
            hub.requests.clear();

            start(hub, "agent.toml");
            await("what was spooled, and a batch of the new start")
                    .atMost(PATIENCE)
                    .until(() -> bySeq(hub).size() > spooled.size());

            var received = bySeq(hub);
            assertThat(received.keySet()).first().isEqualTo(1L);
            assertThat(received).as("the same batches under the same numbers").containsAllEntriesOf(spooled);
            assertThat(received.keySet())
                    .as("no hole")
                    .containsExactlyElementsOf(java.util.stream.LongStream.rangeClosed(1, received.lastKey())
                            .boxed()
                            .toList());
            assertThat(hub.batches().getFirst().body()).isEqualTo(sentBefore.body());
            assertThat(hub.batches())
                    .allSatisfy(batch -> assertThat(batch.validSignature()).isTrue());
            assertThat(hub.batches().getFirst().json().get("instance_id"))
                    .isNotEqualTo(hub.batches().getLast().json().get("instance_id"));
        }
    }

    @Test
    void aStopKeepsWhatIsNotSentAndSaysSo() throws Exception {
        try (var hub = new LoopbackHub()) {
            var agent = start(hub, "agent.toml");
            await("a first batch").atMost(PATIENCE).until(() -> !hub.batches().isEmpty());

            agent.destroy();

            assertThat(agent.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(agent.exitValue()).isEqualTo(143);
            assertThat(log())
                    .contains("stopped; ")
                    .doesNotContain(LoopbackHub.TOKEN)
                    .doesNotContain(LoopbackHub.ENROLMENT);
            // the folder is free again
            Spool.open(folder.resolve("data/spool"), 1 << 20).close();
        }
    }

    @Test
    void theBatchesAreOfTheContractsShape() throws Exception {
        try (var hub = new LoopbackHub()) {
            start(hub, "agent.toml");
            await("metrics and inventory").atMost(PATIENCE).until(() -> types(hub)
                    .contains("inventory"));

            assertThat(types(hub)).contains("heartbeat", "metrics", "inventory", "processes");
            var batch = hub.batches().getFirst().json();
            assertThat(batch).containsOnlyKeys("batch_id", "instance_id", "seq", "sent_at", "agent_version", "items");
            assertThat(String.valueOf(batch.get("agent_version"))).matches("\\d+\\.\\d+\\.\\d+.*");
        }
    }

    @Test
    void onceDeliversAndEnds() throws Exception {
        try (var hub = new LoopbackHub()) {
            var agent = start(hub, "agent.toml", "--once");

            assertThat(agent.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(agent.exitValue()).as(log()).isZero();
            assertThat(types(hub)).contains("metrics", "inventory");
        }
    }

    @Test
    void printShowsABatchWithoutAHubOrAConfiguration() throws Exception {
        var agent = run("--once", "--print");

        var batch = Json.readObject(agent.getBytes(StandardCharsets.UTF_8));
        assertThat(batch).containsOnlyKeys("batch_id", "instance_id", "seq", "sent_at", "agent_version", "items");
        assertThat(agent).contains("\"system.cpu.utilization\"", "\"section\" : \"os\"");
    }

    @Test
    void aConfigurationCanBeCheckedAndAWrongOneEndsWith2() throws Exception {
        try (var hub = new LoopbackHub()) {
            config(hub, "good.toml");
            var good = start(hub, "good.toml", "--check");
            assertThat(good.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(good.exitValue()).as(log()).isZero();
            assertThat(log()).contains("is fine").doesNotContain(LoopbackHub.ENROLMENT);

            Files.writeString(folder.resolve("bad.toml"), "hub_url = 5");
            var bad = launch("--config", folder.resolve("bad.toml").toString(), "--check");
            assertThat(bad.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(bad.exitValue()).isEqualTo(2);
        }
    }

    private Process start(LoopbackHub hub, String config, String... more) throws IOException {
        config(hub, config);
        var arguments =
                new ArrayList<>(List.of("--config", folder.resolve(config).toString()));
        arguments.addAll(List.of(more));
        return launch(arguments.toArray(String[]::new));
    }

    private void config(LoopbackHub hub, String name) throws IOException {
        Files.writeString(
                folder.resolve(name), """
                    hub_url = "%s"
                    enrolment_token = "%s"
                    data_dir = "%s"
                    collect_interval = "1s"
                    """.formatted(hub.uri(), LoopbackHub.ENROLMENT, folder.resolve("data")));
    }

    private Process launch(String... arguments) throws IOException {
        var process = new ProcessBuilder(command(arguments))
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                .start();
        started.add(process);
        return process;
    }

    private String run(String... arguments) throws Exception {
        var out = folder.resolve("out");
        var process = new ProcessBuilder(command(arguments))
                .redirectOutput(out.toFile())
                .start();
        started.add(process);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return Files.readString(out);
    }

    private static List<String> command(String... arguments) {
        var line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx32m",
                "-cp",
                System.getProperty("java.class.path"),
                WardroomAgent.class.getName()));
        line.addAll(List.of(arguments));
        return line;
    }

    /// What the agent's spool holds, by number; read from a copy, since the folder is the running agent's.
    private TreeMap<Long, String> spooled() throws IOException {
        var batches = new TreeMap<Long, String>();
        var from = folder.resolve("data/spool");
        if (Files.notExists(from)) {
            return batches;
        }
        var copy = Files.createTempDirectory(folder, "copy");
        try (var files = Files.newDirectoryStream(from, "*.seg")) {
            for (var file : files) {
                Files.copy(file, copy.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        try (var spool = Spool.open(copy, 64 << 20)) {
            for (var next = spool.oldest(); next.isPresent(); next = spool.oldest()) {
                batches.put(next.get().seq(), next.get().batchId().toString());
                spool.acknowledge(next.get(), 0);
            }
        }
        return batches;
    }

    private static TreeMap<Long, String> bySeq(LoopbackHub hub) {
        var batches = new TreeMap<Long, String>();
        hub.batches()
                .forEach(batch -> batches.put(
                        (Long) batch.json().get("seq"),
                        String.valueOf(batch.json().get("batch_id"))));
        return batches;
    }

    private static List<String> types(LoopbackHub hub) {
        return hub.batches().stream()
                .flatMap(batch -> Json.asList(batch.json().get("items")).stream())
                .map(item -> String.valueOf(Json.asObject(item).get("type")))
                .toList();
    }

    private String log() throws IOException {
        var log = folder.resolve("log");
        return Files.exists(log) ? Files.readString(log) : "";
    }
}
