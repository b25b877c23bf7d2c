package io.wardroom.gateway.keycloak;

import io.wardroom.common.security.Role;
import io.wardroom.common.tenant.TenantId;

/// An account to be made.
public record NewAccount(TenantId tenant, String username, String email, String password, Role role) {
    /// Never shows the password.
    @Override
    public String toString() {
        return "NewAccount[tenant=%s, username=%s, role=%s]".formatted(tenant, username, role);
    }
}
