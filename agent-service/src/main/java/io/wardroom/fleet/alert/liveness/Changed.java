package io.wardroom.fleet.alert.liveness;

import java.time.Instant;
import java.util.Collection;
import java.util.UUID;

/// Is told, in the transaction of the change, whose liveness changed.
public interface Changed {
    /// @param at the moment for which it was judged
    void livenessOf(Collection<UUID> agents, Instant at);
}
