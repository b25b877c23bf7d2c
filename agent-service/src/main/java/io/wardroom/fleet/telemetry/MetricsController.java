package io.wardroom.fleet.telemetry;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.InThisAge;
import io.wardroom.fleet.telemetry.CurveQuery.Outcome.Busy;
import io.wardroom.fleet.telemetry.CurveQuery.Outcome.Found;
import io.wardroom.fleet.telemetry.CurveQuery.Outcome.NoSuchAgent;
import io.wardroom.fleet.telemetry.CurveQuery.Outcome.TooMuch;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/agents")
class MetricsController {
    private static final Duration DEFAULT_RANGE = Duration.ofHours(1);
    private static final Duration BUSY_PAUSE = Duration.ofSeconds(1);
    private static final String AUTO = "auto";
    private static final String LABEL = "label.";
    private static final int MOST_CHOICES = 100;
    private static final int LONGEST_CHOICE = 512;

    private final Curves curves;
    private final Clock clock;

    MetricsController(Curves curves, Clock clock) {
        this.curves = curves;
        this.clock = clock;
    }

    @Operation(
            summary = "Reads what an agent measured",
            description = """
                    Each point is `[epoch_ms, avg, min, max]` of its interval; its time is the interval's start, in UTC. \
                    Rates are computed from single points and reach as far back as these are kept.""",
            parameters = {
                @Parameter(
                        name = "name",
                        in = ParameterIn.QUERY,
                        description = "a series' name, repeatable; without it and labels, all series",
                        array = @ArraySchema(schema = @Schema(type = "string"))),
                @Parameter(
                        name = "label.<key>",
                        in = ParameterIn.QUERY,
                        description = "a value that the series' label `<key>` has, repeatable",
                        schema = @Schema(type = "string"))
            })
    @GetMapping("/{id}/metrics")
    MetricsView metrics(
            @PathVariable UUID id,
            @Parameter(description = "RFC 3339; an hour before `to` where it is absent")
                    @RequestParam(required = false)
                    @InThisAge
                    @Nullable
                    Instant from,
            @Parameter(description = "RFC 3339, no longer part of the range; now where it is absent")
                    @RequestParam(required = false)
                    @InThisAge
                    @Nullable
                    Instant to,
            @Parameter(
                            description = "`auto` gives at most 1,000 points a series",
                            schema = @Schema(allowableValues = {"raw", "10s", "1m", "5m", "1h", "1d", "auto"}))
                    @RequestParam(defaultValue = AUTO)
                    String interval,
            @Parameter(description = "per-second rates of counters in place of their values")
                    @RequestParam(defaultValue = "false")
                    boolean rate,
            @Parameter(hidden = true) @RequestParam MultiValueMap<String, String> all,
            TenantId tenant) {
        var query = query(id, from, to, interval, rate, all, tenant);
        return switch (curves.read(query)) {
            case Found(var chosen, var found) -> MetricsView.of(query, chosen, found);
            case NoSuchAgent _ -> throw CommonProblem.NOT_FOUND.because("no agent " + id);
            case TooMuch(var field, var reason) -> throw ProblemException.invalid(field, reason);
            case Busy _ ->
                throw CommonProblem.UNAVAILABLE
                        .because("too many queries at once")
                        .retryAfter(BUSY_PAUSE);
        };
    }

    private CurveQuery query(
            UUID agent,
            @Nullable Instant from,
            @Nullable Instant to,
            String interval,
            boolean rate,
            MultiValueMap<String, String> all,
            TenantId tenant) {
        var end = (to == null ? clock.instant() : to).truncatedTo(ChronoUnit.MILLIS);
        var begin = (from == null ? end.minus(DEFAULT_RANGE) : from).truncatedTo(ChronoUnit.MILLIS);
        if (!begin.isBefore(end)) {
            throw ProblemException.invalid("from", "must be before to");
        }
        return new CurveQuery(
                tenant,
                agent,
                begin.toEpochMilli(),
                end.toEpochMilli(),
                interval(interval),
                choices("name", all.getOrDefault("name", List.of())),
                labels(all),
                rate);
    }

    private static @Nullable Interval interval(String spelled) {
        if (spelled.equals(AUTO)) {
            return null;
        }
        return Interval.of(spelled)
                .orElseThrow(() -> ProblemException.invalid("interval", "is none of raw, 10s, 1m, 5m, 1h, 1d, auto"));
    }

    private static Map<String, Set<String>> labels(MultiValueMap<String, String> all) {
        var labels = new HashMap<String, Set<String>>();
        all.forEach((parameter, values) -> {
            if (parameter.startsWith(LABEL)) {
                labels.put(parameter.substring(LABEL.length()), choices(parameter, values));
            }
        });
        if (labels.size() > MOST_CHOICES) {
            throw ProblemException.invalid("label", "at most %d".formatted(MOST_CHOICES));
        }
        return Map.copyOf(labels);
    }

    private static Set<String> choices(String field, List<String> values) {
        if (values.size() > MOST_CHOICES) {
            throw ProblemException.invalid(field, "at most %d".formatted(MOST_CHOICES));
        }
        if (values.stream().anyMatch(value -> value.length() > LONGEST_CHOICE)) {
            throw ProblemException.invalid(field, "at most %d characters".formatted(LONGEST_CHOICE));
        }
        return Set.copyOf(values);
    }
}
