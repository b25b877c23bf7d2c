package io.wardroom.audit.eventexport;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Whether a tenant's events are copied into its own topics.
///
/// @param since when it was switched on; null while it is off
record EventExport(@Nullable Instant since) {
    static final EventExport OFF = new EventExport(null);

    boolean enabled() {
        return since != null;
    }

    /// How the wish to switch it can end.
    sealed interface Outcome {
        record Switched(EventExport export) implements Outcome {}

        /// @param most how many tenants the installation exports for
        record NoRoom(int most) implements Outcome {}

        /// The topics could not be made.
        record BrokerAway() implements Outcome {}
    }
}
