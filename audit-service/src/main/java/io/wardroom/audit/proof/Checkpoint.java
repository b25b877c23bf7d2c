package io.wardroom.audit.proof;

import java.time.Instant;

/// What the hub once said of a tree and signed.
///
/// @param note the signed text
/// @see <a href="https://c2sp.org/tlog-checkpoint">C2SP tlog-checkpoint</a>
public record Checkpoint(long treeSize, byte[] rootHash, Instant timestamp, String note) {}
