package io.wardroom.gateway.keycloak;

import io.wardroom.common.tenant.TenantId;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Someone Keycloak knows.
///
/// @param tenant absent for an account that belongs to no tenant yet
/// @param totp   whether a second factor is set
public record Person(
        UUID id, String username, @Nullable String email, boolean active, Optional<TenantId> tenant, boolean totp) {}
