package io.wardroom.common.audit;

import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One thing done or refused, as the service that decided it tells the [AuditTrail].
public record Deed(
        TenantId tenant,
        String actorType,
        @Nullable UUID userId,
        @Nullable String username,
        String action,
        String entityType,
        @Nullable String entityId,
        @Nullable String refusal,
        Map<String, Object> details) {
    /// A person's deed.
    public static Deed by(Actor actor, String action, String entityType, @Nullable Object entityId) {
        return new Deed(
                actor.tenant(),
                "user",
                actor.id(),
                actor.username(),
                action,
                entityType,
                text(entityId),
                null,
                Map.of());
    }

    /// An agent's deed; the agent is named by its id.
    public static Deed byAgent(TenantId tenant, Object agentId, String action, String entityType, Object entityId) {
        return new Deed(tenant, "agent", null, agentId.toString(), action, entityType, text(entityId), null, Map.of());
    }

    /// The deed of a worker of the hub itself.
    public static Deed bySystem(TenantId tenant, String action, String entityType, @Nullable Object entityId) {
        return new Deed(tenant, "system", null, null, action, entityType, text(entityId), null, Map.of());
    }

    /// The same deed, but refused.
    ///
    /// @param reason why, as a code
    public Deed refused(String reason) {
        return new Deed(tenant, actorType, userId, username, action, entityType, entityId, reason, details);
    }

    public Deed with(String name, Object value) {
        var more = new HashMap<>(details);
        more.put(name, value);
        return new Deed(tenant, actorType, userId, username, action, entityType, entityId, refusal, Map.copyOf(more));
    }

    private static @Nullable String text(@Nullable Object id) {
        return id == null ? null : id.toString();
    }
}
