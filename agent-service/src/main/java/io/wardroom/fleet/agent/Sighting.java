package io.wardroom.fleet.agent;

import io.wardroom.common.tenant.TenantId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A sign of life of one agent.
///
/// @param instanceId the agent's start it came from, where it said so
/// @param lastSeenAt when the hub received it, by the hub's clock
public record Sighting(
        TenantId tenant,
        UUID agentId,
        @Nullable String instanceId,
        @Nullable String agentVersion,
        Instant lastSeenAt) {}
