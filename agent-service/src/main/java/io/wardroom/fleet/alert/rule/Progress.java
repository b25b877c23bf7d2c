package io.wardroom.fleet.alert.rule;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How far a condition has come on its way to an alert and back. It moves in steps, one a moment, and knows nothing but
/// what the moments say: silence changes nothing, except that a condition nobody could confirm for minutes starts anew.
///
/// @param since      from when on the condition has held
/// @param knownAt    when it was last known to hold
/// @param falseSince from when on it has not held although it was told
record Progress(
        Phase phase,
        Instant since,
        Instant knownAt,
        @Nullable Instant falseSince) {
    /// Without a word for so long, a condition that was not told yet is forgotten.
    static final Duration STALE = Duration.ofMinutes(5);

    enum Phase {
        PENDING,
        FIRING
    }

    enum Change {
        NONE,
        FIRED,
        RESOLVED
    }

    /// @param after null where the condition does not hold
    record Step(@Nullable Progress after, Change change) {}

    static Step next(@Nullable Progress before, Instant moment, Truth truth, Duration lasting, Duration keepFiring) {
        if (before == null) {
            return truth == Truth.TRUE
                    ? begin(new Progress(Phase.PENDING, moment, moment, null), moment, lasting)
                    : new Step(null, Change.NONE);
        }
        return before.phase == Phase.PENDING
                ? before.pending(moment, truth, lasting)
                : before.firing(moment, truth, keepFiring);
    }

    private static Step begin(Progress pending, Instant moment, Duration lasting) {
        return moment.isBefore(pending.since.plus(lasting))
                ? new Step(pending, Change.NONE)
                : new Step(new Progress(Phase.FIRING, pending.since, moment, null), Change.FIRED);
    }

    private Step pending(Instant moment, Truth truth, Duration lasting) {
        return switch (truth) {
            case TRUE ->
                moment.isAfter(knownAt.plus(STALE))
                        ? begin(new Progress(Phase.PENDING, moment, moment, null), moment, lasting)
                        : begin(new Progress(Phase.PENDING, since, moment, null), moment, lasting);
            case FALSE -> new Step(null, Change.NONE);
            case ABSENT, SILENT -> new Step(moment.isAfter(knownAt.plus(STALE)) ? null : this, Change.NONE);
        };
    }

    private Step firing(Instant moment, Truth truth, Duration keepFiring) {
        return switch (truth) {
            case TRUE -> new Step(new Progress(Phase.FIRING, since, moment, null), Change.NONE);
            case SILENT -> new Step(this, Change.NONE);
            case FALSE, ABSENT -> {
                var from = falseSince == null ? moment : falseSince;
                yield moment.isBefore(from.plus(keepFiring))
                        ? new Step(new Progress(Phase.FIRING, since, knownAt, from), Change.NONE)
                        : new Step(null, Change.RESOLVED);
            }
        };
    }
}
