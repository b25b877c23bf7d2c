package io.wardroom.agent.hub;

import io.wardroom.agent.json.Json;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The intervals that the hub wishes; wishes outside of sane bounds are moved to the nearest bound.
public record Desired(Optional<Duration> collectInterval, Optional<Duration> inventoryInterval) {
    static final Duration MIN_COLLECT = Duration.ofSeconds(5);
    static final Duration MAX_COLLECT = Duration.ofMinutes(5);
    static final Duration MIN_INVENTORY = Duration.ofMinutes(5);
    static final Duration MAX_INVENTORY = Duration.ofDays(7);

    static Optional<Desired> in(Map<String, @Nullable Object> answer) {
        if (!(answer.get("desired") instanceof Map<?, ?> wish)) {
            return Optional.empty();
        }
        var desired = Json.asObject(wish);
        return Optional.of(new Desired(
                Json.whole(desired, "collect_interval_secs").map(secs -> within(secs, MIN_COLLECT, MAX_COLLECT)),
                Json.whole(desired, "inventory_interval_secs")
                        .map(secs -> within(secs, MIN_INVENTORY, MAX_INVENTORY))));
    }

    private static Duration within(long seconds, Duration min, Duration max) {
        return Duration.ofSeconds(Math.clamp(seconds, min.toSeconds(), max.toSeconds()));
    }
}
