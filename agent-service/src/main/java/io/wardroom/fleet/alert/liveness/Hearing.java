package io.wardroom.fleet.alert.liveness;

import java.time.Duration;
import java.time.Instant;

/// What the hub knows of its own ears: without it, silence says nothing about an agent.
///
/// @param caughtUp  everything received before is stored
/// @param heardUntil the last moment at which agents were heard, or could have been
/// @param hears     whether that holds now
/// @param since     from when on there was no break
/// @param backUntil until when agents may still be on their way back from the last break
record Hearing(Instant caughtUp, Instant heardUntil, boolean hears, Instant since, Instant backUntil) {
    /// An agent that was not heard of for this long is offline.
    static final Duration PATIENCE = Duration.ofSeconds(90);

    /// Moments at which hearing was made sure of may lie so far apart; what lies farther apart was a break.
    private static final Duration LONGEST_STEP = Duration.ofSeconds(30);
    /// An agent that found the hub away tries again after pauses that grow with the outage, up to five minutes.
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    static Hearing firstAt(Instant now) {
        return new Hearing(now, now, false, now, now);
    }

    /// The same ears a little later.
    ///
    /// @param nowCaughtUp everything received before is stored now
    /// @param heardNow    whether an agent was heard about then, or the way in was open
    Hearing then(Instant nowCaughtUp, boolean heardNow) {
        if (!heardNow) {
            return new Hearing(nowCaughtUp, heardUntil, false, since, backUntil);
        }
        var away = Duration.between(heardUntil, nowCaughtUp);
        if (hears && away.compareTo(LONGEST_STEP) <= 0) {
            return new Hearing(nowCaughtUp, nowCaughtUp, true, since, backUntil);
        }
        var pause = away.compareTo(LONGEST_PAUSE) < 0 ? away : LONGEST_PAUSE;
        return new Hearing(
                nowCaughtUp,
                nowCaughtUp,
                true,
                nowCaughtUp,
                nowCaughtUp.plus(PATIENCE).plus(pause));
    }

    /// Whether an agent's silence means that it is offline.
    boolean isOffline(Instant lastSeenAt) {
        return hears
                && !lastSeenAt.plus(PATIENCE).isAfter(caughtUp)
                && (!lastSeenAt.isBefore(since) || !backUntil.isAfter(caughtUp));
    }

    boolean isOnline(Instant lastSeenAt) {
        return lastSeenAt.plus(PATIENCE).isAfter(caughtUp);
    }
}
