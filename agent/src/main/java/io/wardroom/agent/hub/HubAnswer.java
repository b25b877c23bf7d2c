package io.wardroom.agent.hub;

import io.wardroom.agent.json.Json;
import java.net.http.HttpHeaders;
import java.time.Clock;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the hub answered to one request.
///
/// @param json the body's object; empty where it was none
record HubAnswer(int status, HttpHeaders headers, Map<String, @Nullable Object> json) {
    /// The longest pause that an answer may ask for.
    static final Duration LONGEST_PAUSE = Duration.ofMinutes(15);

    /// The contract's error code: its presence tells the hub's own answer from that of a proxy in between.
    Optional<String> code() {
        return Json.text(json, "code");
    }

    Optional<String> detail() {
        return Json.text(json, "detail");
    }

    /// The pause the hub asks for, by `retry_after` in the body (seconds) or the header `Retry-After` (seconds
    /// or a date).
    Optional<Duration> retryAfter(Clock clock) {
        return Json.whole(json, "retry_after")
                .map(Duration::ofSeconds)
                .or(() -> headers.firstValue("Retry-After").flatMap(value -> pause(value.strip(), clock)))
                .map(HubAnswer::bounded);
    }

    /// Until the hub's limiter lets the next request through, where it said that this was the last one.
    Optional<Duration> limitReset() {
        if (headers.firstValue("RateLimit-Remaining").filter("0"::equals).isEmpty()) {
            return Optional.empty();
        }
        return headers.firstValue("RateLimit-Reset")
                .filter(value -> value.matches("\\d{1,6}"))
                .map(value -> bounded(Duration.ofSeconds(Long.parseLong(value))));
    }

    private static Optional<Duration> pause(String value, Clock clock) {
        if (value.matches("\\d{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
        }
        try {
            var until = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return Optional.of(Duration.between(clock.instant(), until));
        } catch (DateTimeParseException neither) {
            return Optional.empty();
        }
    }

    private static Duration bounded(Duration pause) {
        if (pause.isNegative()) {
            return Duration.ZERO;
        }
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }
}
