package io.wardroom.fleet.telemetry;

import io.wardroom.common.tenant.TenantId;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/// How many days telemetry is kept.
///
/// @param rawDays    single points
/// @param hourlyDays hourly roll-ups
record Retention(int rawDays, int hourlyDays) {
    boolean isLongerThan(Retention other) {
        return rawDays > other.rawDays || hourlyDays > other.hourlyDays;
    }

    /// A tenant whose rows may outlive their time, because another one keeps the same partitions for longer.
    ///
    /// @param rawUntil    points of days before were looked through, null before the first time
    /// @param hourlyUntil as much for roll-ups
    record Due(
            TenantId tenant,
            Retention kept,
            @Nullable LocalDate rawUntil,
            @Nullable LocalDate hourlyUntil) {}

    /// How the wish for another one can end.
    sealed interface Outcome {
        record Kept(Retention retention) implements Outcome {}

        /// @param allowed the most that the platform keeps for anybody
        record TooLong(Retention allowed) implements Outcome {}

        record RollUpsShorterThanPoints() implements Outcome {}
    }
}
