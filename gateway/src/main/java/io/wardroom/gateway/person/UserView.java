package io.wardroom.gateway.person;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.wardroom.common.security.Role;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.gateway.keycloak.Account;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A user as administrators see them.
///
/// @param role        the highest of their roles; absent for an account that has none
/// @param lastLoginAt absent for one who has never logged in
public record UserView(
        UUID id,
        String username,
        @Nullable String email,
        @Nullable String role,
        @JsonProperty("is_active") boolean active,
        @JsonProperty("tenant_id") @Nullable UUID tenantId,
        @JsonProperty("totp_enabled") boolean totpEnabled,
        @JsonProperty("created_at") Instant createdAt,
        @JsonProperty("last_login_at") @Nullable Instant lastLoginAt) {
    static UserView of(Account account, Optional<Role> role, @Nullable Instant lastLoginAt) {
        return new UserView(
                account.id(),
                account.username(),
                account.email(),
                role.map(Role::spelled).orElse(null),
                account.active(),
                account.tenant().map(TenantId::value).orElse(null),
                account.totp(),
                account.createdAt(),
                lastLoginAt);
    }
}
