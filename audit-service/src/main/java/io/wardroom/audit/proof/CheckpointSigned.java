package io.wardroom.audit.proof;

import java.time.Instant;
import java.util.UUID;

/// A checkpoint of a tenant's log was signed. Published on a compacted topic, keyed by tenant: whoever reads it keeps
/// what the hub said, out of the hub's reach.
///
/// @param rootHash base64
/// @param note     the signed text, a C2SP checkpoint
record CheckpointSigned(UUID tenantId, String origin, long treeSize, String rootHash, Instant timestamp, String note) {
    static final String TOPIC = "audit.checkpoints.v1";
    static final String TYPE = "io.wardroom.checkpoint.signed.v1";
}
