package io.wardroom.gateway.login;

import io.wardroom.gateway.seal.Seal;
import io.wardroom.gateway.seal.Seals;
import io.wardroom.gateway.session.SessionCookies;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.springframework.http.ResponseCookie;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import tools.jackson.databind.json.JsonMapper;

/// Keeps a [PendingLogin] in the browser that began it, sealed: no other browser can finish it.
@Component
class PendingCookie {
    private static final String NAME = "wardroom_login";

    private final SessionCookies cookies;
    private final Seal seal;
    private final JsonMapper json;
    private final Clock clock;
    private final LoginProperties login;

    PendingCookie(SessionCookies cookies, Seals seals, JsonMapper json, Clock clock, LoginProperties login) {
        this.cookies = cookies;
        this.seal = seals.of("browser login");
        this.json = json;
        this.clock = clock;
        this.login = login;
    }

    ResponseCookie of(PendingLogin pending, ServerWebExchange exchange) {
        return cookies.cookie(NAME, seal.close(json.writeValueAsString(pending)), login.browserKept(), exchange)
                .httpOnly(true)
                .build();
    }

    /// Empty without one, or with one that is too old or not ours.
    Optional<PendingLogin> shownBy(ServerWebExchange exchange) {
        return Optional.ofNullable(exchange.getRequest().getCookies().getFirst(cookies.named(NAME, exchange)))
                .flatMap(cookie -> seal.open(cookie.getValue()))
                .map(text -> json.readValue(text, PendingLogin.class))
                .filter(pending -> pending.endsAt().isAfter(clock.instant()));
    }

    ResponseCookie gone(ServerWebExchange exchange) {
        return cookies.cookie(NAME, "", Duration.ZERO, exchange).httpOnly(true).build();
    }
}
