package io.wardroom.ingest.intake;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A batch was refused for its signature, or taken without one that could be checked. At most one an agent, kind and
/// minute is published, on `telemetry.signals.v1`.
///
/// @param kind       `unsigned_payload` or `signature_invalid`
/// @param severity   `medium`, `high` or `critical`
/// @param outcome    `refused` or `accepted`
/// @param sourceIp   the address the gateway saw
/// @param detectedAt the hub's clock
record SignatureEvent(
        UUID agentId,
        String kind,
        String severity,
        String outcome,
        String summary,
        @Nullable String sourceIp,
        @Nullable String userAgent,
        @Nullable String requestId,
        Instant detectedAt) {
    /// The `ce_type` of a refusal.
    static final String REFUSED = "io.wardroom.ingest.refused.v1";

    /// The `ce_type` of a batch that was taken although nothing could be checked.
    static final String UNSIGNED = "io.wardroom.ingest.unsigned.v1";
}
