package io.wardroom.gateway.session;

import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.gateway.door.Call;
import io.wardroom.gateway.keycloak.Tokens;
import io.wardroom.gateway.trail.RefusedCalls;
import java.time.Clock;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.stereotype.Service;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Keeps the tokens of whoever shows a session cookie instead of them. Where Redis is away, the caller gets a 503.
@Service
@Order(2)
public class Sessions implements StandIn {
    /// Shown with each write that a cookie stands behind.
    public static final String CSRF_HEADER = SessionCookies.CSRF_HEADER;

    private static final String ATTRIBUTE = Session.class.getName();

    private final SessionCookies cookies;
    private final SessionStore store;
    private final Rotations rotations;
    private final ReactiveJwtDecoder decoder;
    private final RefusedCalls refusedCalls;
    private final SessionProperties session;
    private final Clock clock;

    Sessions(
            SessionCookies cookies,
            SessionStore store,
            Rotations rotations,
            ReactiveJwtDecoder decoder,
            RefusedCalls refusedCalls,
            SessionProperties session,
            Clock clock) {
        this.cookies = cookies;
        this.store = store;
        this.rotations = rotations;
        this.decoder = decoder;
        this.refusedCalls = refusedCalls;
        this.session = session;
        this.clock = clock;
    }

    /// Begins a session under an id that nobody has seen before, whatever cookie the request showed.
    ///
    /// @param token the access token, read
    public Mono<Begun> begin(Tokens tokens, Jwt token) {
        return Mono.defer(() -> {
            var sid = token.getClaimAsString("sid");
            if (sid == null) {
                throw new IllegalStateException("Keycloak's access tokens name their session");
            }
            var id = cookies.freshId();
            var begun = new Session(
                    id.key(),
                    sid,
                    tokens.accessToken(),
                    tokens.refreshToken(),
                    Session.endOf(token),
                    clock.instant().plus(session.lifetime()));
            // a browser that Keycloak still knew goes on under the same sid, with a new id here
            return end(sid).then(store.add(begun)).thenReturn(new Begun(id, TokenView.of(tokens, token), cookies));
        });
    }

    /// The access token behind a request's cookie, with some life left; empty where no session is.
    ///
    /// @return an error 403 for a write without the session's `X-CSRF-Token`, and for a WebSocket that names no
    // page
    @Override
    public Mono<String> tokenOf(ServerWebExchange exchange) {
        return Mono.justOrEmpty(cookies.shownBy(exchange)).flatMap(id -> {
            if (!Call.isReading(exchange.getRequest().getMethod()) && !cookies.isProven(id, exchange)) {
                return refused(
                        id,
                        "NO_CSRF_TOKEN",
                        "a write with the session cookie needs the session's " + CSRF_HEADER,
                        exchange);
            }
            if (isUpgradeOfNoPage(exchange.getRequest().getHeaders())) {
                return refused(
                        id,
                        "NO_ORIGIN",
                        "a WebSocket with the session cookie is opened by this host's own pages alone",
                        exchange);
            }
            return store.withKey(id.key()).flatMap(this::fresh).map(found -> boundTo(exchange, found));
        });
    }

    /// Whose session was to be used is on record before the answer. A session that is over is nobody's, and while the
    /// store is away nobody knows whose it is: the answer stays the same.
    private Mono<String> refused(SessionId id, String reason, String detail, ServerWebExchange exchange) {
        return store.withKey(id.key())
                .flatMap(this::fresh)
                .flatMap(found -> decoder.decode(found.accessToken()))
                .onErrorComplete(cause -> cause instanceof ProblemException || cause instanceof JwtException)
                .flatMap(token -> refusedCalls.record(token, reason, exchange))
                .then(Mono.error(() -> CommonProblem.FORBIDDEN.because(detail)));
    }

    /// A newer access token for the session that [#tokenOf] found; empty where it found none, or Keycloak has ended it.
    @Override
    public Mono<String> newerTokenOf(ServerWebExchange exchange) {
        return exchange.getAttribute(ATTRIBUTE) instanceof Session found
                ? renewed(found).map(newer -> boundTo(exchange, newer))
                : Mono.empty();
    }

    /// Forgets the session of Keycloak's of that name, if a cookie stands for it.
    Mono<Void> end(String sid) {
        return store.withSid(sid).flatMap(store::remove);
    }

    private Mono<Session> fresh(Session found) {
        var left = found.left(clock.instant());
        if (left.compareTo(session.refreshAhead()) > 0) {
            return Mono.just(found);
        }
        return left.isPositive()
                // the token is still good while Keycloak is away
                ? renewed(found).onErrorResume(ProblemException.class, _ -> Mono.just(found))
                : renewed(found);
    }

    private Mono<Session> renewed(Session found) {
        return rotations.forSession(found).switchIfEmpty(Mono.defer(() -> store.remove(found)
                .then(Mono.empty())));
    }

    /// The door refuses foreign pages; who names no page is no browser, and has no business with a cookie.
    private static boolean isUpgradeOfNoPage(HttpHeaders headers) {
        return headers.getUpgrade() != null && headers.getOrigin() == null;
    }

    private static String boundTo(ServerWebExchange exchange, Session found) {
        exchange.getAttributes().put(ATTRIBUTE, found);
        return found.accessToken();
    }
}
