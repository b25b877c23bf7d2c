package io.wardroom.fleet.alert.silence;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/// A time in which work on some hosts is expected to raise alerts.
///
/// @param agents which hosts, beside those with one of the tags; all where both are empty
record MaintenanceWindow(
        UUID id,
        String name,
        List<UUID> agents,
        List<String> tags,
        Schedule schedule,
        String createdBy,
        Instant createdAt) {
    sealed interface Schedule {
        boolean holds(Instant at);
    }

    record Once(Instant startsAt, Instant endsAt) implements Schedule {
        @Override
        public boolean holds(Instant at) {
            return !at.isBefore(startsAt) && at.isBefore(endsAt);
        }
    }

    /// Some days of each week, by the clocks on the wall of a zone.
    ///
    /// @param days  on which it begins
    /// @param end   on the next day where it is not behind `start`
    record Weekly(Set<DayOfWeek> days, LocalTime start, LocalTime end, ZoneId zone) implements Schedule {
        @Override
        public boolean holds(Instant at) {
            var today = at.atZone(zone).toLocalDate();
            // it may have begun the day before
            return holds(today, at) || holds(today.minusDays(1), at);
        }

        private boolean holds(LocalDate day, Instant at) {
            if (!days.contains(day.getDayOfWeek())) {
                return false;
            }
            var lastDay = end.isAfter(start) ? day : day.plusDays(1);
            // an hour that comes twice in the night of a clock change belongs to the window both times; of one that
            // does not come at all, what is left of the window stays
            var begins = ZonedDateTime.of(day, start, zone).withEarlierOffsetAtOverlap();
            var ends = ZonedDateTime.of(lastDay, end, zone).withLaterOffsetAtOverlap();
            return !at.isBefore(begins.toInstant()) && at.isBefore(ends.toInstant());
        }
    }

    boolean mutes(Subject subject, Instant at) {
        return covers(subject) && schedule.holds(at);
    }

    private boolean covers(Subject subject) {
        return agents.isEmpty() && tags.isEmpty()
                || agents.contains(subject.agent())
                || subject.tags().stream().anyMatch(tags::contains);
    }
}
