package io.wardroom.fleet.agent;

import io.wardroom.common.tenant.TenantId;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/// A doubt about an agent's integrity. Published on `integrity.anomalies.v1`, keyed by agent.
///
/// @param kind     `unsigned_payload`, `signature_invalid`, ...
/// @param severity `critical`, `high` or `medium`
public record Anomaly(
        UUID id,
        UUID tenantId,
        UUID agentId,
        String kind,
        String severity,
        String summary,
        Map<String, Object> detail,
        Instant detectedAt) {
    static final String OPENED = "io.wardroom.anomaly.opened.v1";

    TenantId tenant() {
        return new TenantId(tenantId);
    }
}
