package io.wardroom.common.event;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// An event on its way out, as it lies in the outbox.
record OutgoingEvent(
        UUID id,
        String topic,
        String key,
        String source,
        String type,
        UUID tenant,
        Instant time,
        @Nullable String traceparent,
        @Nullable String json) {}
