package io.wardroom.gateway.session;

import io.wardroom.gateway.door.Call;
import io.wardroom.gateway.seal.RandomToken;
import io.wardroom.gateway.seal.Seal;
import io.wardroom.gateway.seal.Seals;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.http.ResponseCookie;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;

/// The two cookies of a session: its signed id, which no script can read, and the proof that a script of ours sends
/// back in a header with each write. Neither needs a look into Redis to be checked.
@Component
public class SessionCookies {
    static final String CSRF_HEADER = "X-CSRF-Token";
    private static final String SESSION = "wardroom_session";
    private static final String CSRF = "wardroom_csrf";
    /// A browser takes such a cookie over TLS only, from this host alone (RFC 6265bis, section 4.1.3.2).
    private static final String HOST_ONLY = "__Host-";

    private final Seal ids;
    private final Seal proofs;
    private final SessionProperties session;

    SessionCookies(Seals seals, SessionProperties session) {
        this.ids = seals.of("session id");
        this.proofs = seals.of("session csrf");
        this.session = session;
    }

    SessionId freshId() {
        return new SessionId(RandomToken.make().value());
    }

    /// The id that a request shows; empty without one, or with one that no gateway of ours signed.
    Optional<SessionId> shownBy(ServerWebExchange exchange) {
        var cookie = exchange.getRequest().getCookies().getFirst(named(SESSION, exchange));
        if (cookie == null) {
            return Optional.empty();
        }
        var dot = cookie.getValue().indexOf('.');
        if (dot < 0) {
            return Optional.empty();
        }
        var id = cookie.getValue().substring(0, dot);
        return ids.isSigned(id, cookie.getValue().substring(dot + 1))
                ? Optional.of(new SessionId(id))
                : Optional.empty();
    }

    /// What a write has to show beside the cookie.
    String proofOf(SessionId id) {
        return proofs.sign(id.value());
    }

    boolean isProven(SessionId id, ServerWebExchange exchange) {
        var shown = exchange.getRequest().getHeaders().getFirst(CSRF_HEADER);
        return shown != null && proofs.isSigned(id.value(), shown);
    }

    List<ResponseCookie> of(SessionId id, ServerWebExchange exchange) {
        return both(id.value() + '.' + ids.sign(id.value()), proofOf(id), session.lifetime(), exchange);
    }

    /// Takes both away.
    List<ResponseCookie> gone(ServerWebExchange exchange) {
        return both("", "", Duration.ZERO, exchange);
    }

    private List<ResponseCookie> both(String id, String proof, Duration age, ServerWebExchange exchange) {
        return List.of(
                cookie(SESSION, id, age, exchange).httpOnly(true).build(),
                cookie(CSRF, proof, age, exchange).build());
    }

    /// A cookie for this host alone.
    public ResponseCookie.ResponseCookieBuilder cookie(
            String name, String value, Duration age, ServerWebExchange exchange) {
        return ResponseCookie.from(named(name, exchange), value)
                .path("/")
                .sameSite("Lax")
                .secure(isSecure(exchange))
                .maxAge(age);
    }

    /// What a cookie is called on the way that the request came.
    public String named(String name, ServerWebExchange exchange) {
        return isSecure(exchange) ? HOST_ONLY + name : name;
    }

    private boolean isSecure(ServerWebExchange exchange) {
        return session.alwaysSecure() || Call.of(exchange).secure() || !isFromLoopback(exchange);
    }

    private static boolean isFromLoopback(ServerWebExchange exchange) {
        try {
            return InetAddress.ofLiteral(Call.of(exchange).clientAddress()).isLoopbackAddress();
        } catch (IllegalArgumentException unknown) {
            return false;
        }
    }
}
