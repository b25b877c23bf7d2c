package io.wardroom.audit.verify;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.TreeMap;
import org.erdtman.jcs.JsonCanonicalizer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Goes through an export once, row by row, and holds it against the checkpoints.
///
/// Each row is checked for itself (what is shown is what was hashed, the hash is the leaf's), then its place, then, at
/// every checkpoint's size, the whole tree so far.
final class ExportCheck {
    private static final int MOST_GAPS = 100_000;
    private static final JsonMapper JSON = new JsonMapper();
    private static final byte[] NONE = new byte[0];

    private final TreeMap<Long, SignedCheckpoint> checkpoints;
    private final Findings findings;
    private final Tree tree = new Tree();
    // ranges of leaves that did not come at their place: first to the one behind the last
    private final TreeMap<Long, Long> gaps = new TreeMap<>();
    private long expected;
    private long rows;
    private long erased;
    private long agreed;
    private long compared;
    private boolean inOrder = true;

    ExportCheck(TreeMap<Long, SignedCheckpoint> checkpoints, Findings findings) {
        this.checkpoints = checkpoints;
        this.findings = findings;
    }

    long rows() {
        return rows;
    }

    long compared() {
        return compared;
    }

    void read(BufferedReader lines) throws IOException {
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            if (!line.isBlank()) {
                rows++;
                check(line);
            }
        }
        finish();
    }

    private void check(String line) {
        JsonNode row;
        try {
            row = JSON.readTree(line);
        } catch (JacksonException malformed) {
            findings.add("changed", "line %d is no JSON".formatted(rows));
            inOrder = false;
            return;
        }
        var index = row.path("leaf_index").asLong(-1);
        if (!(row instanceof ObjectNode shown) || index < 0) {
            findings.add("changed", "line %d has no leaf_index: is this an export as NDJSON?".formatted(rows));
            inOrder = false;
            return;
        }
        var hash = checkedHash(shown, index);
        checkPlace(shown, index);
        if (inOrder) {
            tree.add(hash);
            compareRoot();
        }
    }

    private byte[] checkedHash(ObjectNode row, long index) {
        var hash = bytes(row.get("leaf_hash"));
        if (hash.length == 0) {
            findings.add("changed", "%s: the leaf's hash is missing".formatted(name(row, index)));
        }
        var input = row.get("leaf_input");
        if (input == null || input.isNull()) {
            if (row.path("erased").asBoolean(false) && row.path("details").isMissingNode()) {
                erased++;
            } else {
                findings.add("changed", "%s: what was hashed is missing".formatted(name(row, index)));
            }
            return hash;
        }
        var hashed = bytes(input);
        if (!Arrays.equals(Tree.leafHash(hashed), hash)) {
            findings.add("changed", "%s: the content is not what the leaf is the hash of".formatted(name(row, index)));
        } else if (!isWhatWasHashed(row, hashed)) {
            findings.add("changed", "%s: what is shown is not what was hashed".formatted(name(row, index)));
        }
        return hash;
    }

    /// Compares the fields that were hashed in their canonical form; a field that a later hub shows beside them counts
    /// for nothing.
    private static boolean isWhatWasHashed(ObjectNode shown, byte[] hashed) {
        try {
            if (!(JSON.readTree(hashed) instanceof ObjectNode whole)
                    || !(whole.get("row") instanceof ObjectNode original)) {
                return false;
            }
            var again = JSON.createObjectNode();
            for (var field : original.propertyNames()) {
                var value = shown.get(field);
                if (value == null) {
                    return false;
                }
                again.set(field, value);
            }
            return Arrays.equals(canonical(again), canonical(original));
        } catch (JacksonException | IOException malformed) {
            return false;
        }
    }

    private static byte[] canonical(JsonNode node) throws IOException {
        return new JsonCanonicalizer(node.toString()).getEncodedUTF8();
    }

    private void checkPlace(ObjectNode row, long index) {
        if (index == expected) {
            expected++;
        } else if (index > expected) {
            inOrder = false;
            if (gaps.size() < MOST_GAPS) {
                gaps.put(expected, index);
            }
            expected = index + 1;
        } else {
            inOrder = false;
            if (leaveGap(index)) {
                findings.add("reordered", "%s comes behind row %d".formatted(name(row, index), expected - 1));
            } else {
                findings.add("repeated", "%s is there twice".formatted(name(row, index)));
            }
        }
    }

    private boolean leaveGap(long index) {
        var gap = gaps.floorEntry(index);
        if (gap == null || gap.getValue() <= index) {
            return false;
        }
        gaps.remove(gap.getKey());
        if (gap.getKey() < index) {
            gaps.put(gap.getKey(), index);
        }
        if (index + 1 < gap.getValue()) {
            gaps.put(index + 1, gap.getValue());
        }
        return true;
    }

    private void compareRoot() {
        var checkpoint = checkpoints.get(tree.size());
        if (checkpoint == null) {
            return;
        }
        compared++;
        if (Arrays.equals(checkpoint.root(), tree.root())) {
            agreed = tree.size();
        } else {
            findings.add(
                    "rewritten",
                    "rows %d to %d are not those of the checkpoint of %d rows"
                            .formatted(agreed, tree.size() - 1, tree.size()));
        }
    }

    private void finish() {
        gaps.forEach((from, to) -> findings.add(
                "removed",
                to - from == 1
                        ? "row %d is missing".formatted(from)
                        : "rows %d to %d are missing".formatted(from, to - 1)));
        var newest = checkpoints.isEmpty() ? 0 : checkpoints.lastKey();
        if (newest > expected) {
            findings.add(
                    "truncated",
                    "rows %d to %d are missing at the end: a checkpoint has %d rows"
                            .formatted(expected, newest - 1, newest));
        }
        if (!inOrder) {
            findings.note("behind the first row that is not at its place no tree was compared");
        }
        if (erased > 0) {
            findings.note("%d rows were erased; their leaves are there".formatted(erased));
        }
        if (expected > newest) {
            findings.note("rows %d to %d came behind the newest checkpoint, so that nothing vouches for them"
                    .formatted(newest, expected - 1));
        }
    }

    private static String name(ObjectNode row, long index) {
        return "row %d (%s)".formatted(index, row.path("id").asString("without an id"));
    }

    private static byte[] bytes(@Nullable JsonNode base64) {
        try {
            return base64 == null
                    ? NONE
                    : Base64.getDecoder().decode(base64.asString("").getBytes(StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException malformed) {
            return NONE;
        }
    }
}
