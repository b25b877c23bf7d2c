package io.wardroom.fleet.telemetry;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/// Hours and days of UTC, in epoch milliseconds: no zone's clock change moves them.
final class Hours {
    static final long MILLIS = Duration.ofHours(1).toMillis();

    private Hours() {}

    static long startOf(long moment) {
        return Math.floorDiv(moment, MILLIS) * MILLIS;
    }

    static LocalDate dayOf(long moment) {
        return LocalDate.ofInstant(Instant.ofEpochMilli(moment), ZoneOffset.UTC);
    }
}
