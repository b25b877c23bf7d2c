package io.wardroom.agent.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    private static final UUID INSTANCE = UUID.randomUUID();
    private static final long ROOM = 1 << 20;

    @TempDir
    Path folder;

    @Test
    void batchesComeBackOldestFirstWithTheirBytes() throws Exception {
        try (var spool = Spool.open(folder, ROOM)) {
            var first = append(spool, "one");
            var second = append(spool, "two");

            var oldest = spool.oldest().orElseThrow();
            assertThat(oldest.seq()).isEqualTo(1);
            assertThat(oldest.batchId()).isEqualTo(first);
            assertThat(oldest.body()).asString(StandardCharsets.UTF_8).isEqualTo("one");
            spool.acknowledge(oldest, 0);
            assertThat(spool.oldest().orElseThrow().batchId()).isEqualTo(second);
            spool.acknowledge(spool.oldest().orElseThrow(), 0);
            assertThat(spool.oldest()).isEmpty();
        }
    }

    @Test
    void aRestartKeepsWhatWasNotTakenAndGoesOnCounting() throws Exception {
        UUID left;
        try (var spool = Spool.open(folder, ROOM)) {
            append(spool, "taken");
            left = append(spool, "left");
            spool.acknowledge(spool.oldest().orElseThrow(), 0);
        }

        try (var spool = Spool.open(folder, ROOM)) {
            assertThat(spool.oldest().orElseThrow().batchId()).isEqualTo(left);
            assertThat(spool.append(draft("next"))).isEqualTo(3);
        }
    }

    @Test
    void sequenceNumbersGoOnWhenEverythingWasTaken() throws Exception {
        for (long expected = 1; expected <= 40; expected++) {
            try (var spool = Spool.open(folder, ROOM)) {
                // large enough that segments are left behind
                assertThat(spool.append(draft("x".repeat(20_000)))).isEqualTo(expected);
                spool.acknowledge(spool.oldest().orElseThrow(), 0);
            }
        }
        try (var files = Files.list(folder)) {
            assertThat(files.filter(file -> file.toString().endsWith(".seg"))).hasSizeLessThanOrEqualTo(2);
        }
    }

    @Test
    void aLostCursorLosesNothing() throws Exception {
        try (var spool = Spool.open(folder, ROOM)) {
            append(spool, "one");
            append(spool, "two");
            spool.acknowledge(spool.oldest().orElseThrow(), 0);
        }
        Files.writeString(folder.resolve("cursor"), "");

        try (var spool = Spool.open(folder, ROOM)) {
            // sent once more, which the hub knows by its id
            assertThat(drain(spool)).containsExactly("one", "two");
            assertThat(spool.append(draft("three"))).isEqualTo(3);
        }
    }

    /// A kill may stop the write of a batch after any byte: whatever was whole before is still there, and the
    /// next batch gets the number of the torn one, which nobody has seen.
    @Test
    void aWriteTornAtAnyByteCostsOnlyTheTornBatch() throws Exception {
        Path segment;
        long whole;
        try (var spool = Spool.open(folder, ROOM)) {
            append(spool, "first");
            append(spool, "second");
            segment = onlySegment();
            whole = Files.size(segment);
            append(spool, "torn");
        }
        var bytes = Files.readAllBytes(segment);
        for (int length = (int) whole; length < bytes.length; length++) {
            Files.write(segment, java.util.Arrays.copyOf(bytes, length));
            Files.deleteIfExists(folder.resolve("cursor"));

            try (var spool = Spool.open(folder, ROOM)) {
                assertThat(drain(spool)).as("cut at %d", length).containsExactly("first", "second");
                assertThat(spool.append(draft("again"))).isEqualTo(3);
                assertThat(drain(spool)).containsExactly("again");
                assertThat(spool.counters().damagedBytes()).isEqualTo(length - whole);
            }
        }
    }

    /// The same for a file that has its full length but not its content, as after a power cut.
    @Test
    void aTailOfZeroesAtAnyByteCostsOnlyTheTornBatch() throws Exception {
        Path segment;
        long whole;
        try (var spool = Spool.open(folder, ROOM)) {
            append(spool, "first");
            segment = onlySegment();
            whole = Files.size(segment);
            append(spool, "torn");
        }
        var bytes = Files.readAllBytes(segment);
        for (int at = (int) whole; at < bytes.length; at++) {
            var damaged = bytes.clone();
            java.util.Arrays.fill(damaged, at, damaged.length, (byte) 0);
            Files.write(segment, damaged);
            Files.deleteIfExists(folder.resolve("cursor"));

            try (var spool = Spool.open(folder, ROOM)) {
                assertThat(drain(spool)).as("zero from %d", at).containsExactly("first");
            }
        }
    }

    @Test
    void anyFlippedByteCostsOnlyItsOwnBatch() throws Exception {
        Path segment;
        try (var spool = Spool.open(folder, ROOM)) {
            append(spool, "one");
            append(spool, "two");
            append(spool, "three");
            segment = onlySegment();
        }
        var bytes = Files.readAllBytes(segment);
        var frame = Frame.HEADER_BYTES + 3;
        for (int at = frame; at < 2 * frame; at++) {
            var damaged = bytes.clone();
            damaged[at] ^= 0x40;
            Files.write(segment, damaged);
            Files.deleteIfExists(folder.resolve("cursor"));

            try (var spool = Spool.open(folder, ROOM)) {
                assertThat(drain(spool)).as("flipped at %d", at).containsExactly("one", "three");
                assertThat(spool.counters().damagedBytes()).isEqualTo(frame);
                assertThat(spool.append(draft("four"))).isEqualTo(4);
            }
            Files.write(segment, bytes);
        }
    }

    @Test
    void aFullSpoolDropsTheOldestAndSaysHowMuch() throws Exception {
        var random = new Random(1);
        try (var spool = Spool.open(folder, ROOM)) {
            for (int i = 0; i < 400; i++) {
                spool.append(seq -> {
                    var body = new byte[10_000];
                    random.nextBytes(body);
                    return new Spool.Draft(UUID.randomUUID(), INSTANCE, 3, body);
                });
                assertThat(bytesOnDisk()).isLessThanOrEqualTo(ROOM);
            }
            var kept = spool.fill().batches();
            var counters = spool.counters();
            assertThat(counters.droppedBatches()).isPositive().isEqualTo(400 - kept);
            assertThat(counters.droppedItems()).isEqualTo(3 * counters.droppedBatches());
            assertThat(kept).isGreaterThan(80);
            assertThat(spool.oldest().orElseThrow().seq()).isEqualTo(400 - kept + 1);
        }
        try (var spool = Spool.open(folder, ROOM)) {
            assertThat(spool.counters().droppedBatches())
                    .isEqualTo(400 - spool.fill().batches());
        }
    }

    @Test
    void aBatchDroppedWhileItWasSentIsNotMistakenForAnother() throws Exception {
        try (var spool = Spool.open(folder, ROOM)) {
            append(spool, "x".repeat(60_000));
            var sent = spool.oldest().orElseThrow();
            for (int i = 0; i < 20; i++) {
                append(spool, "y".repeat(60_000));
            }
            var before = spool.oldest().orElseThrow();
            assertThat(before.seq()).isGreaterThan(sent.seq());

            spool.acknowledge(sent, 0);

            assertThat(spool.oldest().orElseThrow().seq()).isEqualTo(before.seq());
        }
    }

    @Test
    void aRefusedBatchIsKeptAsideAndCountedWithinBounds() throws Exception {
        try (var spool = Spool.open(folder, ROOM)) {
            for (int i = 0; i < 30; i++) {
                append(spool, "bad " + i);
                spool.refuse(spool.oldest().orElseThrow(), "400 VALIDATION_ERROR");
            }
            assertThat(spool.oldest()).isEmpty();
            assertThat(spool.counters().refusedBatches()).isEqualTo(30);
        }
        try (var aside = Files.list(folder.resolve("refused"))) {
            assertThat(aside.map(file -> file.getFileName().toString()))
                    .hasSize(40)
                    .contains("00000000000000000030.json.gz", "00000000000000000030.txt");
        }
    }

    @Test
    void aCopiedMachineGivesUpItsOriginalsBatches() throws Exception {
        var mine = UUID.randomUUID();
        try (var spool = Spool.open(folder, ROOM)) {
            append(spool, "original 1");
            append(spool, "original 2");
            spool.append(seq -> new Spool.Draft(UUID.randomUUID(), mine, 1, "mine".getBytes(StandardCharsets.UTF_8)));

            assertThat(spool.discardOthers(mine)).isEqualTo(2);

            assertThat(drain(spool)).containsExactly("mine");
        }
    }

    @Test
    void twoAgentsCannotShareAFolder() throws Exception {
        try (var spool = Spool.open(folder, ROOM)) {
            assertThat(spool.fill().batches()).isZero();
            assertThatThrownBy(() -> Spool.open(folder, ROOM))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another agent uses");
        }
        Spool.open(folder, ROOM).close();
    }

    @Test
    void aBatchThatFitsNowhereIsCountedAndTheNextTakesItsNumber() throws Exception {
        try (var spool = Spool.open(folder, ROOM)) {
            assertThatThrownBy(() -> spool.append(draft("x".repeat((int) ROOM))))
                    .isInstanceOf(IOException.class);
            assertThat(spool.counters().droppedBatches()).isEqualTo(1);
            assertThat(spool.append(draft("small"))).isEqualTo(1);
        }
    }

    @Test
    void batchIdsAreVersion7AndSortByTime() {
        var early = BatchId.at(1_700_000_000_000L);
        var late = BatchId.at(1_700_000_000_001L);

        assertThat(early.version()).isEqualTo(7);
        assertThat(early.variant()).isEqualTo(2);
        assertThat(early.toString()).isLessThan(late.toString());
        assertThat(early.getMostSignificantBits() >>> 16).isEqualTo(1_700_000_000_000L);
    }

    private static UUID append(Spool spool, String body) throws IOException {
        var id = UUID.randomUUID();
        spool.append(seq -> new Spool.Draft(id, INSTANCE, 1, body.getBytes(StandardCharsets.UTF_8)));
        return id;
    }

    private static java.util.function.LongFunction<Spool.Draft> draft(String body) {
        return seq -> new Spool.Draft(UUID.randomUUID(), INSTANCE, 1, body.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> drain(Spool spool) throws IOException {
        var bodies = new ArrayList<String>();
        for (var next = spool.oldest(); next.isPresent(); next = spool.oldest()) {
            bodies.add(new String(next.get().body(), StandardCharsets.UTF_8));
            spool.acknowledge(next.get(), 0);
        }
        return bodies;
    }

    private Path onlySegment() throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".seg"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private long bytesOnDisk() throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".seg"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
