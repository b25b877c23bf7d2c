package io.wardroom.fleet.alert.rule;

import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.alert.rule.Rule.Aggregate;
import io.wardroom.fleet.alert.rule.Rule.Comparison;
import io.wardroom.fleet.alert.rule.Rule.Kind;
import io.wardroom.fleet.alert.rule.Rule.Metric;
import io.wardroom.fleet.alert.rule.Rule.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The rules each tenant begins with; they are its own from then on.
final class ShippedRules {
    private static final Duration WINDOW = Duration.ofMinutes(2);

    private ShippedRules() {}

    static List<Rule> of(TenantId tenant, Instant now) {
        return List.of(
                rule(
                        tenant,
                        now,
                        "disk-filling",
                        "Disk filling",
                        "disk",
                        Kind.METRIC,
                        Map.of("state", "used"),
                        above("system.filesystem.utilization", 0.9, false),
                        Duration.ofMinutes(5),
                        "high"),
                rule(
                        tenant,
                        now,
                        "memory-exhausted",
                        "Memory nearly exhausted",
                        "memory",
                        Kind.METRIC,
                        Map.of("state", "used"),
                        above("system.memory.utilization", 0.95, false),
                        Duration.ofMinutes(5),
                        "high"),
                rule(
                        tenant,
                        now,
                        "load-per-core",
                        "Load above two a core",
                        "cpu",
                        Kind.METRIC,
                        Map.of(),
                        above("system.cpu.load_average.5m", 2, true),
                        Duration.ofMinutes(10),
                        "medium"),
                rule(
                        tenant,
                        now,
                        "agent-offline",
                        "Agent offline",
                        "availability",
                        Kind.OFFLINE,
                        Map.of(),
                        null,
                        Duration.ZERO,
                        "critical"),
                rule(
                        tenant,
                        now,
                        "unit-failed",
                        "Unit failed",
                        "service",
                        Kind.FAILED_UNIT,
                        Map.of(),
                        null,
                        Duration.ZERO,
                        "medium"),
                rule(
                        tenant,
                        now,
                        "agent-raised",
                        "Raised by agents",
                        "agent",
                        Kind.AGENT,
                        Map.of(),
                        null,
                        Duration.ZERO,
                        "medium"));
    }

    private static Metric above(String name, double threshold, boolean perCore) {
        return new Metric(name, Aggregate.AVG, WINDOW, Comparison.GT, threshold, perCore);
    }

    private static Rule rule(
            TenantId tenant,
            Instant now,
            String template,
            String name,
            String category,
            Kind kind,
            Map<String, String> labels,
            @Nullable Metric metric,
            Duration lasting,
            String severity) {
        return new Rule(
                UuidV7.next(),
                tenant,
                name,
                category,
                kind,
                labels,
                metric,
                lasting,
                metric == null ? Duration.ZERO : Duration.ofMinutes(5),
                severity,
                Scope.ALL,
                true,
                template,
                1,
                now,
                now);
    }
}
