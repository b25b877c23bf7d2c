package io.wardroom.common.identity;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the agents' doors need to know of an agent. Published by agent-service on `agents.identity.v1`, keyed by
/// agent id; a tombstone removes it.
///
/// @param tokenSha256   SHA-256 of the agent's token, lower-case hex
/// @param signingPubkey the pinned raw 32-byte Ed25519 key in base64, or null where none is pinned
/// @param version       grows with each change of the agent's identity
public record AgentIdentity(
        UUID agentId,
        UUID tenantId,
        String tokenSha256,
        @Nullable String signingPubkey,
        long version) {
    public static final String TYPE = "io.wardroom.agent.identified.v1";
    public static final String TOKEN_PREFIX = "ms_";
}
