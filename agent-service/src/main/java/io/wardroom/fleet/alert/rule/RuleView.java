package io.wardroom.fleet.alert.rule;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A rule as people see it.
///
/// @param template which of the shipped rules it was, if any
record RuleView(
        UUID id,
        String name,
        String category,
        String kind,
        @Nullable String metric,
        Map<String, String> labels,
        @Nullable String aggregate,
        @Nullable Long windowSecs,
        @Nullable String comparison,
        @Nullable Double threshold,
        @Nullable Boolean perCore,
        long forSecs,
        long keepFiringSecs,
        String severity,
        ScopeView scope,
        boolean enabled,
        @Nullable String template,
        Instant createdAt,
        Instant updatedAt) {
    record ScopeView(List<String> tags, Map<String, String> labels, List<UUID> agentIds) {}

    static RuleView of(Rule rule) {
        var metric = rule.metric();
        return new RuleView(
                rule.id(),
                rule.name(),
                rule.category(),
                rule.kind().spelled(),
                metric == null ? null : metric.name(),
                rule.labels(),
                metric == null ? null : metric.aggregate().spelled(),
                metric == null ? null : metric.window().toSeconds(),
                metric == null ? null : metric.comparison().spelled(),
                metric == null ? null : metric.threshold(),
                metric == null ? null : metric.perCore(),
                rule.lasting().toSeconds(),
                rule.keepFiring().toSeconds(),
                rule.severity(),
                new ScopeView(
                        rule.scope().tags(), rule.scope().labels(), rule.scope().agents()),
                rule.enabled(),
                rule.template(),
                rule.createdAt(),
                rule.updatedAt());
    }
}
