package io.wardroom.fleet.alert.liveness;

import java.time.Instant;
import java.util.UUID;

/// Agents that fell silent or came back. Published on `agents.events.v1`, keyed by agent.
final class LivenessEvents {
    static final String ONLINE = "io.wardroom.agent.online.v1";
    static final String OFFLINE = "io.wardroom.agent.offline.v1";

    /// @param since from when on it is so
    record LivenessChanged(
            UUID agentId, UUID tenantId, String hostname, String status, Instant since, Instant lastSeenAt) {}

    private LivenessEvents() {}
}
