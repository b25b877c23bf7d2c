package io.wardroom.audit.deadletter;

import io.wardroom.audit.deadletter.BuriedRecord.KeptHeader;
import io.wardroom.common.tenant.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A dead letter as administrators see it: everything but the record's value, which is its tenant's.
record DeadLetter(
        UUID id,
        TenantId tenant,
        String topic,
        @Nullable Integer partition,
        @Nullable Long offset,
        Instant deadAt,
        @Nullable String key,
        List<KeptHeader> headers,
        int valueBytes,
        @Nullable String eventId,
        @Nullable String eventType,
        @Nullable String consumerGroup,
        @Nullable String exceptionClass,
        @Nullable String exceptionMessage,
        @Nullable UUID replayOf,
        @Nullable Instant replayedAt,
        @Nullable String replayedBy,
        @Nullable Instant sentAt) {
    enum State {
        /// Nobody has done anything about it.
        WAITING,
        /// On its way back to its topic.
        REPLAYING,
        /// Its topic has it again.
        REPLAYED;

        String spelled() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    State state() {
        if (replayedAt == null) {
            return State.WAITING;
        }
        return sentAt == null ? State.REPLAYING : State.REPLAYED;
    }
}
