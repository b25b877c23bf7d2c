package io.wardroom.fleet.alert.rule;

import io.wardroom.common.event.UuidV7;
import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.Texts;
import io.wardroom.fleet.alert.rule.Rule.Aggregate;
import io.wardroom.fleet.alert.rule.Rule.Comparison;
import io.wardroom.fleet.alert.rule.Rule.Kind;
import io.wardroom.fleet.alert.rule.Rule.Metric;
import io.wardroom.fleet.alert.rule.Rule.Scope;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What people write of a rule: all that its kind needs when it is made, what changes later.
///
/// @param kind           `metric`, `offline`, `failed_unit` or `agent`; it never changes
/// @param metric         the name of a series; for kind `metric`, as the next five
/// @param windowSecs     how far back the aggregate looks, 30 to 300
/// @param perCore        divides the value by the host's processor cores
/// @param labels         values that a series' labels have; `unit` for kind `failed_unit`, `category` for kind `agent`
/// @param forSecs        how long the condition holds before it is told
/// @param keepFiringSecs how long it does not hold before the alert resolves
record RuleForm(
        @Size(min = 1, max = 120) @Pattern(regexp = Texts.STORABLE) @Nullable
        String name,

        @Pattern(regexp = "[a-z0-9][a-z0-9_.-]{0,63}") @Nullable
        String category,

        @Pattern(regexp = "metric|offline|failed_unit|agent") @Nullable
        String kind,

        @Size(min = 1, max = 255) @Pattern(regexp = Texts.STORABLE) @Nullable
        String metric,

        @Size(max = 16) @Nullable
        Map<
                        @NotBlank @Size(max = 128) @Pattern(regexp = Texts.STORABLE) String,
                        @NotNull @Size(max = 1024) @Pattern(regexp = Texts.STORABLE) String>
                labels,

        @Pattern(regexp = "avg|min|max|last") @Nullable String aggregate,
        @Min(30) @Max(300) @Nullable Long windowSecs,
        @Pattern(regexp = "gt|gte|lt|lte") @Nullable String comparison,
        @Nullable Double threshold,
        @Nullable Boolean perCore,
        @Min(0) @Max(86_400) @Nullable Long forSecs,
        @Min(0) @Max(86_400) @Nullable Long keepFiringSecs,

        @Pattern(regexp = "critical|high|medium|warning") @Nullable
        String severity,

        @Valid @Nullable ScopeForm scope,
        @Nullable Boolean enabled) {
    private static final long USUAL_WINDOW = 120;
    private static final long USUAL_KEEP = 300;

    /// Hosts with one of the tags, all of the labels, among the agents; a part that is empty asks for nothing.
    record ScopeForm(
            @Size(max = 50) @Nullable List<@NotBlank @Size(max = 64) @Pattern(regexp = Texts.STORABLE) String> tags,

            @Size(max = 16) @Nullable
            Map<
                            @NotBlank @Size(max = 64) @Pattern(regexp = Texts.STORABLE) String,
                            @NotNull @Size(max = 256) @Pattern(regexp = Texts.STORABLE) String>
                    labels,

            @Size(max = 500) @Nullable List<@NotNull UUID> agentIds) {
        Scope toScope() {
            return new Scope(
                    tags == null ? List.of() : List.copyOf(tags),
                    labels == null ? Map.of() : Map.copyOf(labels),
                    agentIds == null ? List.of() : List.copyOf(agentIds));
        }
    }

    /// @throws ProblemException if something is missing or does not fit the kind
    Rule toRule(TenantId tenant, Instant now) {
        var faults = new ArrayList<FieldFault>();
        require(faults, "name", name);
        require(faults, "kind", kind);
        require(faults, "severity", severity);
        refuse(faults);
        var parsed = Kind.valueOf(String.valueOf(kind).toUpperCase(Locale.ROOT));
        if (parsed == Kind.METRIC) {
            require(faults, "metric", metric);
            require(faults, "comparison", comparison);
            require(faults, "threshold", threshold);
            refuse(faults);
        }
        var blank = new Rule(
                UuidV7.next(),
                tenant,
                String.valueOf(name),
                parsed == Kind.METRIC ? "metric" : parsed.spelled(),
                parsed,
                Map.of(),
                parsed == Kind.METRIC
                        ? new Metric(
                                String.valueOf(metric),
                                Aggregate.AVG,
                                Duration.ofSeconds(USUAL_WINDOW),
                                Comparison.GT,
                                0,
                                false)
                        : null,
                Duration.ZERO,
                parsed == Kind.METRIC ? Duration.ofSeconds(USUAL_KEEP) : Duration.ZERO,
                String.valueOf(severity),
                Scope.ALL,
                true,
                null,
                1,
                now,
                now);
        return over(blank);
    }

    /// The rule with what this form says; what it does not mention stays.
    ///
    /// @throws ProblemException if something does not fit the rule's kind
    Rule over(Rule rule) {
        var faults = new ArrayList<FieldFault>();
        if (kind != null && !kind.equals(rule.kind().spelled())) {
            faults.add(new FieldFault("kind", "never changes; make another rule"));
        }
        if (name != null && name.isBlank()) {
            faults.add(new FieldFault("name", "must not be blank"));
        }
        if (threshold != null && !Double.isFinite(threshold)) {
            faults.add(new FieldFault("threshold", "must be a finite number"));
        }
        if (rule.kind() != Kind.METRIC) {
            unfit(faults, "metric", metric);
            unfit(faults, "aggregate", aggregate);
            unfit(faults, "window_secs", windowSecs);
            unfit(faults, "comparison", comparison);
            unfit(faults, "threshold", threshold);
            unfit(faults, "per_core", perCore);
        }
        if (labels != null) {
            var allowed =
                    switch (rule.kind()) {
                        case METRIC -> labels.keySet();
                        case OFFLINE -> Set.<String>of();
                        case FAILED_UNIT -> Set.of("unit");
                        case AGENT -> Set.of("category");
                    };
            if (!allowed.containsAll(labels.keySet())) {
                faults.add(new FieldFault(
                        "labels",
                        "a rule of kind %s takes only %s".formatted(rule.kind().spelled(), allowed)));
            }
        }
        refuse(faults);
        return new Rule(
                rule.id(),
                rule.tenant(),
                name == null ? rule.name() : name,
                category == null ? rule.category() : category,
                rule.kind(),
                labels == null ? rule.labels() : Map.copyOf(labels),
                rule.metric() == null ? null : over(rule.metric()),
                forSecs == null ? rule.lasting() : Duration.ofSeconds(forSecs),
                keepFiringSecs == null ? rule.keepFiring() : Duration.ofSeconds(keepFiringSecs),
                severity == null ? rule.severity() : severity,
                scope == null ? rule.scope() : scope.toScope(),
                enabled == null ? rule.enabled() : enabled,
                rule.template(),
                rule.conditionVersion(),
                rule.createdAt(),
                rule.updatedAt());
    }

    private Metric over(Metric before) {
        return new Metric(
                metric == null ? before.name() : metric,
                aggregate == null ? before.aggregate() : Aggregate.valueOf(aggregate.toUpperCase(Locale.ROOT)),
                windowSecs == null ? before.window() : Duration.ofSeconds(windowSecs),
                comparison == null ? before.comparison() : Comparison.valueOf(comparison.toUpperCase(Locale.ROOT)),
                threshold == null ? before.threshold() : threshold,
                perCore == null ? before.perCore() : perCore);
    }

    private static void require(List<FieldFault> faults, String field, @Nullable Object value) {
        if (value == null) {
            faults.add(new FieldFault(field, "is missing"));
        }
    }

    private static void unfit(List<FieldFault> faults, String field, @Nullable Object value) {
        if (value != null) {
            faults.add(new FieldFault(field, "belongs to rules of kind metric"));
        }
    }

    private static void refuse(List<FieldFault> faults) {
        if (!faults.isEmpty()) {
            throw ProblemException.invalid(faults.toArray(FieldFault[]::new));
        }
    }
}
