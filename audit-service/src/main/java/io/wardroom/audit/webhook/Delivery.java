package io.wardroom.audit.webhook;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One message on its way to one webhook, and each try so far.
///
/// @param replay 0 for the delivery itself, n for its n-th replay
record Delivery(
        UUID id,
        UUID webhook,
        UUID message,
        String event,
        int replay,
        Status status,
        int attempts,
        int mostAttempts,
        @Nullable Instant nextAttemptAt,
        Instant createdAt,
        @Nullable Instant lastAttemptAt,
        @Nullable Instant finishedAt,
        List<Try> tries) {
    enum Status {
        PENDING,
        DELIVERED,
        /// Given up behind its last try.
        FAILED,
        /// Not tried, or no further: its webhook was off.
        SKIPPED;

        String spelled() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Status of(String spelled) {
            return valueOf(spelled.toUpperCase(Locale.ROOT));
        }
    }

    /// @param excerpt the beginning of what the receiver said
    record Try(
            Instant at,
            long durationMs,
            @Nullable Integer responseStatus,
            @Nullable String responseExcerpt,
            @Nullable String error) {}
}
