package io.wardroom.agent.inventory;

import java.util.List;

/// What a look at one section of the inventory came to.
public sealed interface Finding {
    /// Everything that is there; may be nothing.
    record Rows(List<? extends Row> rows) implements Finding {
        public Rows {
            rows = List.copyOf(rows);
        }
    }

    /// The host has no such thing: no package manager, no systemd, no container engine.
    record Absent() implements Finding {}

    /// There is one, and it could not be read: what the hub knows stays as it is.
    record Unreadable(String why) implements Finding {}
}
