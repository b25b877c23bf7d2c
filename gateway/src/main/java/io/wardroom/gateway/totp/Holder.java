package io.wardroom.gateway.totp;

import io.wardroom.common.audit.Deed;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import java.util.Map;
import java.util.UUID;

/// Whose second factor it is.
record Holder(UUID id, String username, TenantId tenant) {
    static Holder of(Actor actor) {
        return new Holder(actor.id(), actor.username(), actor.tenant());
    }

    Deed deed(String action) {
        return new Deed(tenant, "user", id, username, action, "user", id.toString(), null, Map.of());
    }

    /// One line; [#read] reads it.
    String written() {
        return "%s %s %s".formatted(id, tenant, username);
    }

    static Holder read(String written) {
        var parts = written.split(" ", 3);
        return new Holder(UUID.fromString(parts[0]), parts[2], TenantId.of(parts[1]));
    }
}
