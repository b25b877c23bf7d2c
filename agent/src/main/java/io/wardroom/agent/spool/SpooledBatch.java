package io.wardroom.agent.spool;

import java.util.UUID;

/// A batch as it stands in the spool: the exact bytes that are sent, each time.
///
/// @param body       the request's body, compressed
/// @param position   where it stands, for [Spool#acknowledge]
public record SpooledBatch(long seq, UUID batchId, UUID instanceId, int items, byte[] body, Position position) {
    /// @param segment first sequence number of the segment's file
    /// @param end     offset of the byte after the batch
    record Position(long segment, long offset, long end) {}
}
