package io.wardroom.fleet.alert.rule;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.alert.Host;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What shall be told.
///
/// @param labels           which series of a metric, which unit, which category of what agents raise; all where empty
/// @param metric           of kind METRIC only
/// @param lasting          how long the condition has to hold before it is told
/// @param keepFiring       how long it must not hold before the alert resolves
/// @param template         which of the shipped rules it was, if any
/// @param conditionVersion grows with each change of what it asks for
record Rule(
        UUID id,
        TenantId tenant,
        String name,
        String category,
        Kind kind,
        Map<String, String> labels,
        @Nullable Metric metric,
        Duration lasting,
        Duration keepFiring,
        String severity,
        Scope scope,
        boolean enabled,
        @Nullable String template,
        long conditionVersion,
        Instant createdAt,
        Instant updatedAt) {
    enum Kind {
        /// A measured value beyond a threshold.
        METRIC,
        /// An agent that is not heard of.
        OFFLINE,
        /// A unit of systemd that failed.
        FAILED_UNIT,
        /// What agents raise themselves.
        AGENT;

        String spelled() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    enum Aggregate {
        AVG,
        MIN,
        MAX,
        LAST;

        String spelled() {
            return name().toLowerCase(Locale.ROOT);
        }

        /// Of the values in `[first, end)`, which are not none.
        double of(double[] values, int first, int end) {
            if (this == LAST) {
                return values[end - 1];
            }
            var result = values[first];
            var sum = 0.0;
            for (var i = first; i < end; i++) {
                result = this == MIN ? Math.min(result, values[i]) : Math.max(result, values[i]);
                sum += values[i];
            }
            return this == AVG ? sum / (end - first) : result;
        }
    }

    enum Comparison {
        GT(">"),
        GTE(">="),
        LT("<"),
        LTE("<=");

        private final String sign;

        Comparison(String sign) {
            this.sign = sign;
        }

        String sign() {
            return sign;
        }

        String spelled() {
            return name().toLowerCase(Locale.ROOT);
        }

        boolean holds(double value, double threshold) {
            return switch (this) {
                case GT -> value > threshold;
                case GTE -> value >= threshold;
                case LT -> value < threshold;
                case LTE -> value <= threshold;
            };
        }
    }

    /// @param window  how far back the aggregate looks
    /// @param perCore whether the value is divided by the host's processor cores
    record Metric(
            String name,
            Aggregate aggregate,
            Duration window,
            Comparison comparison,
            double threshold,
            boolean perCore) {}

    /// Which hosts a rule is about: those with one of the tags, all of the labels, among the agents; a part that is
    /// empty asks for nothing.
    record Scope(List<String> tags, Map<String, String> labels, List<UUID> agents) {
        static final Scope ALL = new Scope(List.of(), Map.of(), List.of());

        boolean covers(Host host) {
            return (tags.isEmpty() || tags.stream().anyMatch(host.tags()::contains))
                    && host.labels().entrySet().containsAll(labels.entrySet())
                    && (agents.isEmpty() || agents.contains(host.id()));
        }
    }

    /// Whether the change from `before` makes void what was judged so far.
    boolean asksOtherThan(Rule before) {
        return kind != before.kind
                || !labels.equals(before.labels)
                || !Objects.equals(metric, before.metric)
                || !lasting.equals(before.lasting)
                || !keepFiring.equals(before.keepFiring)
                || !scope.equals(before.scope)
                || enabled != before.enabled;
    }

    Rule changedAt(Instant now, long version) {
        return new Rule(
                id,
                tenant,
                name,
                category,
                kind,
                labels,
                metric,
                lasting,
                keepFiring,
                severity,
                scope,
                enabled,
                template,
                version,
                createdAt,
                now);
    }
}
