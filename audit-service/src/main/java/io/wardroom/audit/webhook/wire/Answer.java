package io.wardroom.audit.webhook.wire;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How one try ended.
///
/// @param status     what the receiver answered; null if it did not
/// @param excerpt    the beginning of what it said
/// @param error      why nothing was taken; null if it was
/// @param retryAfter how long it asks to be left alone
public record Answer(
        Instant at,
        Duration took,
        @Nullable Integer status,
        String excerpt,
        @Nullable String error,
        @Nullable Duration retryAfter) {
    private static final int GONE = 410;

    public boolean taken() {
        return error == null;
    }

    public boolean gone() {
        return status != null && status == GONE;
    }
}
