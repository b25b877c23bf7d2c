package io.wardroom.gateway.limit;

import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// What the count says of one call.
///
/// @param remaining    calls left in this period
/// @param resetSeconds until the count starts anew
public record Verdict(boolean allowed, long limit, long remaining, long resetSeconds) {
    public static final String LIMIT = "RateLimit-Limit";
    public static final String REMAINING = "RateLimit-Remaining";
    public static final String RESET = "RateLimit-Reset";

    static Verdict of(Limit limit, ConsumptionProbe probe) {
        return new Verdict(
                probe.isConsumed(),
                limit.limit(),
                probe.getRemainingTokens(),
                wholeSeconds(probe.isConsumed() ? probe.getNanosToWaitForReset() : probe.getNanosToWaitForRefill()));
    }

    /// How long a refused client is asked to wait.
    public Duration retryAfter() {
        return Duration.ofSeconds(Math.max(1, resetSeconds));
    }

    private static long wholeSeconds(long nanos) {
        return (nanos + TimeUnit.SECONDS.toNanos(1) - 1) / TimeUnit.SECONDS.toNanos(1);
    }
}
