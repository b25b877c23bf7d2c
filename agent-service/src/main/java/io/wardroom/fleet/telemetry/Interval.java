package io.wardroom.fleet.telemetry;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/// How much time one point of an answer stands for.
enum Interval {
    RAW("raw", Duration.ZERO),
    TEN_SECONDS("10s", Duration.ofSeconds(10)),
    MINUTE("1m", Duration.ofMinutes(1)),
    FIVE_MINUTES("5m", Duration.ofMinutes(5)),
    HOUR("1h", Duration.ofHours(1)),
    DAY("1d", Duration.ofDays(1));

    private final String spelled;
    private final long millis;

    Interval(String spelled, Duration length) {
        this.spelled = spelled;
        this.millis = length.toMillis();
    }

    static Optional<Interval> of(String spelled) {
        return Arrays.stream(values())
                .filter(interval -> interval.spelled.equals(spelled))
                .findFirst();
    }

    String spelled() {
        return spelled;
    }

    long millis() {
        return millis;
    }

    /// Whether hourly summaries are exact enough for it.
    boolean isOfWholeHours() {
        return millis >= Hours.MILLIS;
    }

    /// The begin of the bucket that holds a moment, epoch milliseconds.
    long startOf(long moment) {
        return Math.floorDiv(moment, millis) * millis;
    }

    /// How many buckets `[from, to)` touches.
    long buckets(long from, long to) {
        return (startOf(to - 1) - startOf(from)) / millis + 1;
    }
}
