package io.wardroom.fleet.agent;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A doubt about an agent's integrity. Published on `integrity.anomalies.v1`, keyed by agent, when it opens and when it
/// is resolved.
///
/// @param kind       `unsigned_payload`, `signature_invalid`, ...
/// @param severity   `critical`, `high` or `medium`
/// @param resolvedAt null while it is open
public record Anomaly(
        UUID id,
        UUID tenantId,
        UUID agentId,
        String kind,
        String severity,
        String summary,
        Map<String, Object> detail,
        Instant detectedAt,
        @Nullable Instant resolvedAt) {
    static final String OPENED = "io.wardroom.anomaly.opened.v1";
    static final String RESOLVED = "io.wardroom.anomaly.resolved.v1";
}
