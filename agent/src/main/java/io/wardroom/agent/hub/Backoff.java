package io.wardroom.agent.hub;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// Growing pauses between tries: doubled each time up to a bound, with a random half so that a fleet does not
/// come back at once.
final class Backoff {
    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;
    private int failures;

    Backoff(Duration first, Duration longest, RandomGenerator random) {
        this.first = first;
        this.longest = longest;
        this.random = random;
    }

    /// Between half of the step and the whole of it.
    Duration next() {
        var step = Math.min(longest.toMillis(), first.toMillis() << Math.min(failures++, 20));
        return Duration.ofMillis(step / 2 + random.nextLong(step / 2 + 1));
    }

    void reset() {
        failures = 0;
    }
}
