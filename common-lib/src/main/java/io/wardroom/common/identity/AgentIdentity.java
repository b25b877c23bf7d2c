package io.wardroom.common.identity;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the agents' doors need to know of an agent. Published by agent-service on `agents.identity.v1`, keyed by
/// agent id; a tombstone removes it. It may grow: readers pass over what they do not know.
///
/// @param tokenSha256      SHA-256 of the agent's token, lower-case hex
/// @param signingPubkey    the pinned raw 32-byte Ed25519 key in base64, or null where none is pinned
/// @param version          grows with each change of the agent's identity
/// @param refusedInstances starts of the agent that are taken for a copy of it: their batches are not taken
@JsonIgnoreProperties(ignoreUnknown = true)
public record AgentIdentity(
        UUID agentId,
        UUID tenantId,
        String tokenSha256,
        @Nullable String signingPubkey,
        long version,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> refusedInstances) {
    public static final String TYPE = "io.wardroom.agent.identified.v1";
    public static final String TOKEN_PREFIX = "ms_";

    @JsonCreator
    public AgentIdentity(
            UUID agentId,
            UUID tenantId,
            String tokenSha256,
            @Nullable String signingPubkey,
            long version,
            @Nullable List<String> refusedInstances) {
        this.agentId = agentId;
        this.tenantId = tenantId;
        this.tokenSha256 = tokenSha256;
        this.signingPubkey = signingPubkey;
        this.version = version;
        this.refusedInstances = refusedInstances == null ? List.of() : List.copyOf(refusedInstances);
    }

    /// An identity none of whose starts is refused.
    public AgentIdentity(
            UUID agentId, UUID tenantId, String tokenSha256, @Nullable String signingPubkey, long version) {
        this(agentId, tenantId, tokenSha256, signingPubkey, version, List.of());
    }
}
