package io.wardroom.gateway.trail;

import io.wardroom.common.audit.Deed;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.gateway.door.Call;
import java.util.Map;
import java.util.UUID;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Puts on record what somebody known tried to change and the gate refused, before they are told so. The same try comes
/// on record once a minute, so that a client that insists does not fill the log.
@Component
public class RefusedCalls {
    private static final String ACTION = "access_refused";
    private static final String ROUTE = "route";
    private static final int LONGEST_ROUTE = 200;

    private final Trail trail;

    RefusedCalls(Trail trail) {
        this.trail = trail;
    }

    private record Try(UUID user, String route, String reason) {}

    /// Ends once the call is on record; at once for one that only reads.
    ///
    /// @param token  whose call it is; verified
    /// @param reason why it is refused, as a code
    public Mono<Void> record(Jwt token, String reason, ServerWebExchange exchange) {
        var request = exchange.getRequest();
        if (Call.onlyReads(request)) {
            return Mono.empty();
        }
        var attempt = new Try(
                UUID.fromString(token.getSubject()),
                cut(request.getMethod() + " " + request.getPath().value()),
                reason);
        return trail.recordOnce(
                attempt, deed(token, attempt).refused(reason), Call.of(exchange).caller(exchange));
    }

    private static Deed deed(Jwt token, Try attempt) {
        try {
            return Deed.by(Actor.of(token), ACTION, ROUTE, attempt.route());
        } catch (IllegalArgumentException noRole) {
            var name = token.getClaimAsString("preferred_username");
            return new Deed(
                    TenantId.PLATFORM, "user", attempt.user(), name, ACTION, ROUTE, attempt.route(), null, Map.of());
        }
    }

    private static String cut(String route) {
        return route.length() <= LONGEST_ROUTE ? route : route.substring(0, LONGEST_ROUTE);
    }
}
