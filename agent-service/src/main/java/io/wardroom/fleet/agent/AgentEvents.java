package io.wardroom.fleet.agent;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What happens to agents as a whole. Published on `agents.events.v1`, keyed by agent.
final class AgentEvents {
    static final String REGISTERED = "io.wardroom.agent.registered.v1";
    static final String DELETED = "io.wardroom.agent.deleted.v1";

    record AgentRegistered(
            UUID agentId,
            UUID tenantId,
            String hostname,
            String machineId,
            @Nullable String agentVersion,
            Instant registeredAt) {}

    record AgentDeleted(UUID agentId, UUID tenantId, String hostname, Instant deletedAt) {}

    private AgentEvents() {}
}
