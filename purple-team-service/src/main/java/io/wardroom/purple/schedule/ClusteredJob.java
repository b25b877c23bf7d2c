package io.wardroom.purple.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.support.CronExpression;

/// Work that is done by the clock, by one replica for all. A feature declares its jobs as beans.
///
/// @param id       its name in the API, such as `mitre_sync`
/// @param name     for people
/// @param schedule a cron expression with seconds, in UTC; `-` where it is switched off
/// @param longest  after which another replica may take a run for dead
public record ClusteredJob(String id, String name, String schedule, Duration longest, Supplier<Ran> work) {
    /// What came of one run.
    public sealed interface Ran {
        /// @param detail what was done, for a person
        record Succeeded(String detail) implements Ran {}

        /// @param why what kept it from its end, for a person
        record Failed(String why) implements Ran {}
    }

    public ClusteredJob {
        if (!schedule.equals(Scheduled.CRON_DISABLED)) {
            CronExpression.parse(schedule);
        }
    }

    boolean isOff() {
        return schedule.equals(Scheduled.CRON_DISABLED);
    }

    /// When it is due after `moment`; never where it is switched off.
    Optional<Instant> nextAfter(Instant moment) {
        return isOff()
                ? Optional.empty()
                : Optional.ofNullable(CronExpression.parse(schedule).next(moment.atOffset(ZoneOffset.UTC)))
                        .map(next -> next.toInstant());
    }

    /// The lock that says which replica runs it.
    String lock() {
        return id.replace('_', '-');
    }
}
