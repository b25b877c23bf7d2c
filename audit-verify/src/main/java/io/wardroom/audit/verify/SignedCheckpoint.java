package io.wardroom.audit.verify;

import java.util.Base64;
import java.util.List;

/// What the hub said of the log at some time, believed because of its signature.
///
/// @see <a href="https://c2sp.org/tlog-checkpoint">C2SP tlog-checkpoint</a>
record SignedCheckpoint(String origin, long size, byte[] root) {
    private static final String SIGNATURE = "— ";

    /// @throws IllegalArgumentException if it is no checkpoint, or none of the keys signed it
    static SignedCheckpoint of(String note, List<VerifierKey> keys) {
        var end = note.lastIndexOf("\n\n");
        if (end < 0) {
            throw new IllegalArgumentException("no signed note");
        }
        var text = note.substring(0, end + 1);
        var lines = text.split("\n", -1);
        if (lines.length < 4) {
            throw new IllegalArgumentException("no checkpoint: origin, size and root are missing");
        }
        var believed = note.substring(end + 2)
                .lines()
                .filter(line -> line.startsWith(SIGNATURE))
                .map(line -> line.substring(SIGNATURE.length()).split(" ", 2))
                .filter(parts -> parts.length == 2)
                .anyMatch(parts -> {
                    var signature = Base64.getDecoder().decode(parts[1].strip());
                    return parts[0].equals(lines[0])
                            && keys.stream().anyMatch(key -> key.signed(text, parts[0], signature));
                });
        if (!believed) {
            throw new IllegalArgumentException("none of the given keys signed it");
        }
        return new SignedCheckpoint(
                lines[0], Long.parseUnsignedLong(lines[1]), Base64.getDecoder().decode(lines[2]));
    }
}
