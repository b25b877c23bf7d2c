package io.wardroom.agent.honeypot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.json.Fields;
import io.wardroom.agent.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HoneypotsTest {
    @TempDir
    Path folder;

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private Canaries canaries;
    private Thread watching;

    @BeforeEach
    void folders() throws IOException {
        for (var name : List.of("root", "tmp", "etc", "data")) {
            Files.createDirectory(folder.resolve(name));
        }
        canaries = new Canaries(folder, folder.resolve("etc"), folder.resolve("data"));
    }

    @AfterEach
    void stop() throws InterruptedException {
        stopping.set(true);
        if (watching != null) {
            watching.join(Duration.ofSeconds(5));
        }
    }

    @Test
    void whoeverOpensWritesOrRemovesACanaryIsTold() throws Exception {
        var canary = folder.resolve("root/.aws/credentials-backup");
        watch(canary);

        try (var held = Files.newInputStream(canary)) {
            assertThat(held.read()).isPositive();
            await("the opening").atMost(Duration.ofSeconds(10)).until(() -> told("open", canary));
        }
        Files.writeString(canary, "x");
        await("the writing").atMost(Duration.ofSeconds(10)).until(() -> told("write", canary));
        Files.delete(canary);
        await("the removal").atMost(Duration.ofSeconds(10)).until(() -> told("remove", canary));

        var opened = events.stream()
                .filter(event -> event.contains("\"open\""))
                .findFirst()
                .orElseThrow();
        assertThat(opened)
                .as("this very process held it")
                .contains("\"process_pid\":" + ProcessHandle.current().pid());
        assertThat(events).as("each once a minute").hasSize(3);
    }

    @Test
    void whatIsNotTouchedIsNotTold() throws Exception {
        var canary = folder.resolve("tmp/passwords-backup.txt");
        watch(canary);
        Files.writeString(folder.resolve("tmp/another"), "x");
        Files.readString(folder.resolve("tmp/another"));
        // what comes behind shows that nothing of it was told
        Files.readString(folder.resolve("etc/.canary"));

        await("the other").atMost(Duration.ofSeconds(10)).until(() -> !events.isEmpty());
        assertThat(events).singleElement().asString().contains(".canary");
    }

    @Test
    void aFileOfTheOwnersIsNeitherOverwrittenNorTakenAway() throws Exception {
        var own = folder.resolve("root/.ssh/id_rsa.backup");
        Files.createDirectories(own.getParent());
        Files.writeString(own, "mine");

        assertThat(canaries.place()).hasSize(4).contains(own);
        assertThat(Files.readString(own)).isEqualTo("mine");
        var changed = folder.resolve("etc/.canary");
        Files.writeString(changed, "somebody wrote here");
        var made = folder.resolve("root/.aws/credentials-backup");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                .isEqualTo("rw-------");

        new Canaries(folder, folder.resolve("etc"), folder.resolve("data")).remove();

        assertThat(own).hasContent("mine");
        assertThat(changed).exists();
        assertThat(made).doesNotExist();
        assertThat(folder.resolve("tmp/passwords-backup.txt")).doesNotExist();
        assertThat(folder.resolve("data/canaries.json")).doesNotExist();
    }

    @Test
    void aLinkInACanarysPlaceIsLeftAlone() throws Exception {
        var elsewhere = Files.writeString(folder.resolve("elsewhere"), "x");
        Files.createSymbolicLink(folder.resolve("etc/.canary"), elsewhere);

        assertThat(canaries.place()).hasSize(3);
        assertThat(elsewhere).hasContent("x");
    }

    private void watch(Path canary) {
        var honeypots = new Honeypots(canaries, new HostFiles(Path.of("/")), Clock.systemUTC(), this::take);
        watching = Thread.ofPlatform().start(() -> honeypots.watch(stopping::get));
        await("the watch").atMost(Duration.ofSeconds(10)).until(() -> Files.exists(canary) && honeypots.isWatching());
    }

    private void take(Fields event) {
        events.add(new String(Json.bytes(event), StandardCharsets.UTF_8));
    }

    private boolean told(String action, Path path) {
        return events.stream()
                .anyMatch(event -> event.contains("\"action\":\"" + action + "\"") && event.contains(path.toString()));
    }
}
