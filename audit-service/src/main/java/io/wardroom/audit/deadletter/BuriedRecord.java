package io.wardroom.audit.deadletter;

import io.wardroom.common.tenant.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A record as it lay on a topic of dead letters: what it was, and what its consumer said of it.
///
/// @param topic            where it could not be worked off
/// @param partition        null where its consumer did not tell
/// @param headers          those it had at first
/// @param exceptionMessage without what looks like a secret
/// @param replayOf         the dead letter that it was sent again from, if it failed before
record BuriedRecord(
        TenantId tenant,
        String topic,
        @Nullable Integer partition,
        @Nullable Long offset,
        int deadPartition,
        long deadOffset,
        Instant deadAt,
        byte @Nullable [] key,
        @Nullable String keyText,
        List<KeptHeader> headers,
        byte @Nullable [] value,
        @Nullable String eventId,
        @Nullable String eventType,
        @Nullable String consumerGroup,
        @Nullable String exceptionClass,
        @Nullable String exceptionMessage,
        @Nullable UUID replayOf) {
    /// @param value base64 in JSON
    record KeptHeader(String name, byte @Nullable [] value) {}
}
