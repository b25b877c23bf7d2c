package io.wardroom.gateway.session;

import java.net.URI;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.server.ServerWebExchange;

/// A session that has begun and whose owner has not been told yet.
public final class Begun {
    private final SessionId id;
    private final TokenView tokens;
    private final SessionCookies cookies;

    Begun(SessionId id, TokenView tokens, SessionCookies cookies) {
        this.id = id;
        this.tokens = tokens;
        this.cookies = cookies;
    }

    /// The answer to whoever logged in elsewhere and is sent on: the cookies, and nothing that a script could read.
    public ResponseEntity<Void> sendOn(ServerWebExchange exchange, URI to) {
        var answer = ResponseEntity.status(HttpStatus.FOUND).location(to).cacheControl(CacheControl.noStore());
        cookies.of(id, exchange).forEach(cookie -> answer.header(HttpHeaders.SET_COOKIE, cookie.toString()));
        return answer.build();
    }

    /// The answer to whoever logged in: the tokens, the cookies, and in `X-CSRF-Token` what each write with the cookie
    /// has to show.
    public ResponseEntity<TokenView> answer(ServerWebExchange exchange) {
        var answer = ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .header(SessionCookies.CSRF_HEADER, cookies.proofOf(id));
        cookies.of(id, exchange).forEach(cookie -> answer.header(HttpHeaders.SET_COOKIE, cookie.toString()));
        return answer.body(tokens);
    }
}
