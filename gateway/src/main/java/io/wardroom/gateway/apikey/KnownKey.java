package io.wardroom.gateway.apikey;

import io.wardroom.common.audit.Deed;
import io.wardroom.common.tenant.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.server.ServerWebExchange;

/// What is known of a key that was shown.
///
/// @param scopes as they are spelled
record KnownKey(UUID id, UUID tenant, UUID owner, String username, List<String> scopes, Instant expiresAt) {
    static final String ENTITY = "api_key";
    private static final String ATTRIBUTE = KnownKey.class.getName();

    KnownKey {
        scopes = List.copyOf(scopes);
    }

    /// The key behind a request; empty where something else is.
    static Optional<KnownKey> of(ServerWebExchange exchange) {
        return Optional.ofNullable(exchange.getAttribute(ATTRIBUTE));
    }

    void bindTo(ServerWebExchange exchange) {
        exchange.getAttributes().put(ATTRIBUTE, this);
    }

    boolean isOver(Instant now) {
        return !expiresAt.isAfter(now);
    }

    /// Whether a token is the owner's: names may be given to others.
    boolean isOf(Jwt token) {
        return owner.toString().equals(token.getSubject())
                && tenant.toString().equals(token.getClaimAsString("tenant_id"));
    }

    boolean covers(Scope needed) {
        return scopes.stream().flatMap(text -> Scope.of(text).stream()).anyMatch(scope -> scope.covers(needed));
    }

    /// What its owner's program wanted to do with it.
    Deed deed(String action) {
        return new Deed(new TenantId(tenant), "user", owner, username, action, ENTITY, id.toString(), null, Map.of());
    }
}
