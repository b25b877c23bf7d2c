package io.wardroom.fleet.security;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What an agent saw that points at an intruder.
sealed interface Signal {
    /// A canary was touched.
    ///
    /// @param action     `open`, `write`, `remove`, ...
    /// @param observedAt the agent's clock
    record HoneypotTripped(
            String path,
            String action,
            @Nullable String processName,
            @Nullable Long processPid,
            Instant observedAt) implements Signal {}

    /// A program at work, and what its file is.
    record ProcessSeen(long pid, String name, String exePath, String exeSha256, Instant observedAt) implements Signal {}
}
