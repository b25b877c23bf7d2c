package io.wardroom.audit.verify;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// The checkpoints that were kept, by size. They are read from signed notes, or from answers of
/// `GET /audit-logs/checkpoint` and records of `audit.checkpoints.v1`, one JSON object a line; folders are walked.
final class Checkpoints {
    private static final int LONGEST_NOTE = 10_000;
    private static final JsonMapper JSON = new JsonMapper();

    private final List<VerifierKey> keys;
    private final Findings findings;
    private final TreeMap<Long, SignedCheckpoint> bySize = new TreeMap<>();

    Checkpoints(List<VerifierKey> keys, Findings findings) {
        this.keys = keys;
        this.findings = findings;
    }

    TreeMap<Long, SignedCheckpoint> bySize() {
        return bySize;
    }

    void read(Path place) throws IOException {
        if (Files.isDirectory(place)) {
            try (var files = Files.walk(place)) {
                for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                    read(file);
                }
            }
            return;
        }
        try (var lines = Files.newBufferedReader(place)) {
            lines.mark(1);
            var first = lines.read();
            lines.reset();
            if (first == '{') {
                readJson(place, lines);
            } else {
                var note = new char[LONGEST_NOTE];
                var length = Math.max(0, lines.read(note));
                take(place.toString(), new String(note, 0, length));
            }
        }
    }

    private void readJson(Path place, BufferedReader lines) throws IOException {
        var number = 0;
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            var where = place + ", line " + number;
            try {
                take(where, JSON.readTree(line).path("note").asString(""));
            } catch (JacksonException malformed) {
                findings.add("forged", "%s: the checkpoint cannot be read".formatted(where));
            }
        }
    }

    private void take(String where, String note) {
        try {
            var checkpoint = SignedCheckpoint.of(note, keys);
            var other = bySize.putIfAbsent(checkpoint.size(), checkpoint);
            if (other != null && !other.origin().equals(checkpoint.origin())) {
                findings.add("forged", "%s: a checkpoint of another log, %s".formatted(where, checkpoint.origin()));
            } else if (other != null && !Arrays.equals(other.root(), checkpoint.root())) {
                findings.add(
                        "split",
                        "%s: the hub signed two different trees of %d rows".formatted(where, checkpoint.size()));
            }
        } catch (IllegalArgumentException unbelieved) {
            findings.add("forged", "%s: the checkpoint is not believed: %s".formatted(where, unbelieved.getMessage()));
        }
    }
}
