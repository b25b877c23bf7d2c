package io.wardroom.common.security;

import io.wardroom.common.tenant.TenantId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.security.oauth2.jwt.Jwt;

/// The person behind a request, as their token says.
///
/// @param platformAdmin may administer the installation, without seeing other tenants' rows
public record Actor(UUID id, String username, TenantId tenant, Role role, boolean platformAdmin) {
    /// @throws IllegalArgumentException if the token names no tenant or no role of ours
    public static Actor of(Jwt token) {
        var roles = rolesOf(token);
        return new Actor(
                UUID.fromString(require(token, "sub")),
                require(token, "preferred_username"),
                TenantId.of(require(token, "tenant_id")),
                Role.highestOf(roles)
                        .orElseThrow(() -> new IllegalArgumentException("the token names no role of Wardroom")),
                roles.contains(Role.PLATFORM_ADMIN));
    }

    private static String require(Jwt token, String claim) {
        var value = token.getClaimAsString(claim);
        if (value == null) {
            throw new IllegalArgumentException("the token has no claim " + claim);
        }
        return value;
    }

    /// The realm roles in Keycloak's token, its own technical ones included.
    static Collection<String> rolesOf(Jwt token) {
        return token.getClaim("realm_access") instanceof Map<?, ?> access
                        && access.get("roles") instanceof List<?> names
                ? names.stream().map(String::valueOf).toList()
                : List.of();
    }
}
