package io.wardroom.gateway.trail;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.gateway.door.Call;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
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
    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    private static final Duration SAME_TRY = Duration.ofMinutes(1);
    private static final int MOST_REMEMBERED = 10_000;
    private static final int LONGEST_ROUTE = 200;

    private final Trail trail;
    private final Cache<Try, Boolean> remembered = Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(SAME_TRY)
            .build();

    RefusedCalls(Trail trail) {
        this.trail = trail;
    }

    private record Try(UUID user, String route, String reason) {}

    /// Whether a request changes nothing. A WebSocket begins as a `GET`, and is none of these.
    public static boolean onlyReads(ServerHttpRequest request) {
        return READING.contains(request.getMethod()) && request.getHeaders().getUpgrade() == null;
    }

    /// Ends once the call is on record; at once for one that only reads.
    ///
    /// @param token  whose call it is; verified
    /// @param reason why it is refused, as a code
    public Mono<Void> record(Jwt token, String reason, ServerWebExchange exchange) {
        var request = exchange.getRequest();
        var attempt = new Try(
                UUID.fromString(token.getSubject()),
                cut(request.getMethod() + " " + request.getPath().value()),
                reason);
        if (onlyReads(request) || remembered.getIfPresent(attempt) != null) {
            return Mono.empty();
        }
        return trail.record(
                        deed(token, attempt).refused(reason), Call.of(exchange).caller(exchange))
                .doOnSuccess(_ -> remembered.put(attempt, true));
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
