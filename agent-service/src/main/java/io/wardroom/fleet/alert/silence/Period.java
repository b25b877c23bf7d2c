package io.wardroom.fleet.alert.silence;

import io.wardroom.common.problem.ProblemException;
import java.time.Duration;
import java.time.Instant;

/// From when until when alerts are muted, as somebody asks for it.
final class Period {
    private static final Duration LONGEST = Duration.ofDays(90);
    private static final Duration FARTHEST = Duration.ofDays(366);

    private Period() {}

    /// @throws ProblemException a 400, if it has ended, begins farther than a year away, or lasts more than 90 days
    static void check(Instant startsAt, Instant endsAt, Instant now) {
        if (startsAt.isBefore(now.minus(FARTHEST)) || startsAt.isAfter(now.plus(FARTHEST))) {
            throw ProblemException.invalid("starts_at", "must lie within a year");
        }
        if (!endsAt.isAfter(startsAt) || !endsAt.isAfter(now)) {
            throw ProblemException.invalid("ends_at", "must lie behind the begin and in the future");
        }
        if (endsAt.isAfter(startsAt.plus(LONGEST))) {
            throw ProblemException.invalid("ends_at", "must lie 90 days behind the begin at most");
        }
    }
}
