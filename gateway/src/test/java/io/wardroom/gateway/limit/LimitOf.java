package io.wardroom.gateway.limit;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.test.context.TestComponent;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;

/// Spells the limit of a route as the catalogue does: `10/min/ip`, or `-` for none.
@TestComponent
public class LimitOf {
    private static final Map<Duration, String> PERIODS =
            Map.of(Duration.ofMinutes(1), "min", Duration.ofHours(1), "hour");

    private final RateLimiter limiter;
    private final LimitProperties table;

    LimitOf(RateLimiter limiter, LimitProperties table) {
        this.limiter = limiter;
        this.table = table;
    }

    public String of(HttpMethod method, PathContainer path) {
        return limiter.counterOf(method, path)
                .map(counter -> table.limits().get(counter.name()))
                .map(limit -> "%d/%s/%s"
                        .formatted(
                                limit.limit(),
                                PERIODS.get(limit.period()),
                                limit.per().name().toLowerCase(Locale.ROOT)))
                .orElse("-");
    }
}
