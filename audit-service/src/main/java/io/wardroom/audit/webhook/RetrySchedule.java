package io.wardroom.audit.webhook;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/// When a delivery that failed is tried again: ten tries over about 75 hours, each pause up to a tenth longer or
/// shorter so that what failed together does not come back together.
final class RetrySchedule {
    private static final List<Duration> PAUSES = List.of(
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            Duration.ofHours(10),
            Duration.ofHours(14),
            Duration.ofHours(20),
            Duration.ofHours(24));
    static final int TRIES = PAUSES.size() + 1;

    private static final double JITTER = 0.1;

    private RetrySchedule() {}

    /// @param tries      how many there were, at least one
    /// @param most       how many there may be
    /// @param retryAfter how long the receiver asks to be left alone; never shortens a pause
    /// @param chance     0 to 1
    /// @return empty behind the last try
    static Optional<Duration> pauseBehind(int tries, int most, @Nullable Duration retryAfter, DoubleSupplier chance) {
        if (tries >= Math.min(most, TRIES)) {
            return Optional.empty();
        }
        var planned = PAUSES.get(tries - 1).toMillis();
        var pause = Duration.ofMillis((long) (planned * (1 + JITTER * (2 * chance.getAsDouble() - 1))));
        return Optional.of(retryAfter != null && retryAfter.compareTo(pause) > 0 ? retryAfter : pause);
    }
}
