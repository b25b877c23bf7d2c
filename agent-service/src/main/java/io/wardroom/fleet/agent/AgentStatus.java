package io.wardroom.fleet.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/// Whether an agent is alive: a function of stored facts and the time, of nothing else.
///
/// @param since from when on it has been so
record AgentStatus(Liveness liveness, Instant since) {
    /// An agent that was not heard of for this long is offline.
    static final Duration PATIENCE = Duration.ofSeconds(90);

    enum Liveness {
        ONLINE,
        OFFLINE;

        String spelled() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// @param lastSeenAt  the newest sign of life
    /// @param onlineSince the first one after the last pause longer than [#PATIENCE]
    static AgentStatus at(Instant now, Instant lastSeenAt, Instant onlineSince) {
        var offlineFrom = lastSeenAt.plus(PATIENCE);
        return now.isBefore(offlineFrom)
                ? new AgentStatus(Liveness.ONLINE, onlineSince)
                : new AgentStatus(Liveness.OFFLINE, offlineFrom);
    }
}
