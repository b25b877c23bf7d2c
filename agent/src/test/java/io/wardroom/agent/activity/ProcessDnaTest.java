package io.wardroom.agent.activity;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.agent.activity.ProcessDna.Running;
import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.json.Json;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessDnaTest {
    @TempDir
    Path root;

    @Test
    void aProgramIsToldOnceAndAgainWhenItsFileIsAnother() throws Exception {
        var program = Files.writeString(root.resolve("sh"), "abc");
        runs(7, program);
        var dna = new ProcessDna(new HostFiles(root));

        assertThat(new String(
                        Json.bytes(dna.firstSeen(List.of(new Running(7, "sh"))).getFirst())))
                .isEqualTo("""
                        {"pid":7,"name":"sh","exe_path":"%s","exe_sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}\
                        """.formatted(program));
        assertThat(dna.firstSeen(List.of(new Running(7, "sh")))).isEmpty();

        Files.writeString(program, "abd");
        Files.setLastModifiedTime(program, FileTime.from(Instant.now().plusSeconds(5)));
        assertThat(dna.firstSeen(List.of(new Running(7, "sh")))).hasSize(1);
    }

    @Test
    void hugeFilesAndEndedProcessesArePassedOverAndTheRestIsTakenInTurns() throws Exception {
        var dna = new ProcessDna(new HostFiles(root));
        try (var huge = new RandomAccessFile(root.resolve("huge").toFile(), "rw")) {
            huge.setLength(65L << 20);
        }
        runs(1, root.resolve("huge"));
        for (var pid = 2; pid <= 6; pid++) {
            runs(pid, Files.writeString(root.resolve("program" + pid), "program " + pid));
        }
        var all = List.of(
                new Running(1, "huge"),
                new Running(2, "p"),
                new Running(3, "p"),
                new Running(99, "ended"),
                new Running(4, "p"),
                new Running(5, "p"),
                new Running(6, "p"));

        assertThat(dna.firstSeen(all)).hasSize(3);
        assertThat(dna.firstSeen(all)).hasSize(2);
        assertThat(dna.firstSeen(all)).isEmpty();
    }

    private void runs(int pid, Path program) throws IOException {
        var link = root.resolve("proc/" + pid + "/exe");
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, program);
    }
}
