package io.wardroom.ingest.batch;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A batch as it will be handed over.
///
/// @param batchId    the agent's own, where it gave one
/// @param instanceId one start of the agent; empty where it gave none
/// @param seq        the agent's count of batches; 0 where it gave none
/// @param sentAtMs   the agent's clock, epoch milliseconds; 0 where it gave none
/// @param others     items that are no metrics, as JSON
/// @param heartbeat  a heartbeat was among the items
/// @param dated      the agent wrote a time into it, so equal bytes are the same batch and not the next like it
/// @param unknown    fields that this hub does not know and did not take
public record ParsedBatch(
        @Nullable UUID batchId,
        String instanceId,
        long seq,
        long sentAtMs,
        String agentVersion,
        List<Moment> moments,
        Map<Stream, List<byte[]>> others,
        boolean heartbeat,
        boolean dated,
        int accepted,
        List<Rejection> rejected,
        int samples,
        int unknown) {}
