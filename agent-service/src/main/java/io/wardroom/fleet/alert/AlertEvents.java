package io.wardroom.fleet.alert;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What happens to alerts. Published on `alerts.events.v1`, keyed by agent.
final class AlertEvents {
    static final String TOPIC = "alerts.events.v1";
    static final String CREATED = "io.wardroom.alert.created.v1";
    static final String ACKNOWLEDGED = "io.wardroom.alert.acknowledged.v1";
    static final String RESOLVED = "io.wardroom.alert.resolved.v1";

    private AlertEvents() {}

    /// An alert as it stood after the change.
    record AlertChanged(
            UUID id,
            UUID tenantId,
            UUID agentId,
            @Nullable UUID ruleId,
            String category,
            String severity,
            String title,
            @Nullable String detail,
            String status,
            int count,
            Instant detectedAt,
            @Nullable Instant acknowledgedAt,
            @Nullable Instant resolvedAt,
            @Nullable String resolvedBy) {
        static AlertChanged of(Alert alert) {
            return new AlertChanged(
                    alert.id(),
                    alert.tenant().value(),
                    alert.agent(),
                    alert.rule(),
                    alert.category(),
                    alert.severity(),
                    alert.title(),
                    alert.detail(),
                    alert.status().spelled(),
                    alert.count(),
                    alert.detectedAt(),
                    alert.acknowledgedAt(),
                    alert.resolvedAt(),
                    alert.resolvedBy());
        }
    }
}
