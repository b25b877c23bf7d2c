package io.wardroom.gateway.credential;

import io.wardroom.common.identity.AgentIdentity;
import io.wardroom.common.tenant.TenantId;
import java.util.UUID;
import org.springframework.web.server.ServerWebExchange;

/// An agent whose token was shown.
///
/// @param key the agent's id as text, made once
public record KnownAgent(UUID id, String key, TenantId tenant) {
    private static final String ATTRIBUTE = KnownAgent.class.getName();

    static KnownAgent of(AgentIdentity identity) {
        return new KnownAgent(identity.agentId(), identity.agentId().toString(), new TenantId(identity.tenantId()));
    }

    /// The agent behind a request to a route of agents.
    ///
    /// @throws IllegalStateException on any other route
    public static KnownAgent of(ServerWebExchange exchange) {
        if (exchange.getAttribute(ATTRIBUTE) instanceof KnownAgent agent) {
            return agent;
        }
        throw new IllegalStateException("no agent stands behind this request");
    }

    void bindTo(ServerWebExchange exchange) {
        exchange.getAttributes().put(ATTRIBUTE, this);
    }
}
