package io.wardroom.gateway.keycloak;

import io.wardroom.common.tenant.TenantId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Someone in the [Directory].
///
/// @param tenant absent for an account that belongs to no tenant
/// @param totp   whether a second factor is set
public record Account(
        UUID id,
        String username,
        @Nullable String email,
        boolean active,
        Optional<TenantId> tenant,
        boolean totp,
        Instant createdAt) {}
