package io.wardroom.gateway.session;

import io.wardroom.common.identity.TokenHash;
import io.wardroom.gateway.keycloak.Grants;
import io.wardroom.gateway.keycloak.Tokens;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.stereotype.Service;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/// Spends refresh tokens, each once: Keycloak ends the whole session where one is shown to it again.
///
/// A login hands the same refresh token to the client and to the session behind the cookie. Whichever of the two spends
/// it first, the other goes on with its successor: the session follows the client at once, and a client that finds its
/// token spent by the session gets the successor, once.
@Service
class Rotations {
    private static final String REFUSED = "";

    private final Grants grants;
    private final ReactiveJwtDecoder decoder;
    private final SharedStore store;
    private final SessionStore sessions;
    private final Once once;
    private final JsonMapper json;

    Rotations(
            Grants grants,
            ReactiveJwtDecoder decoder,
            SharedStore store,
            SessionStore sessions,
            Once once,
            JsonMapper json) {
        this.grants = grants;
        this.decoder = decoder;
        this.store = store;
        this.sessions = sessions;
        this.once = once;
        this.json = json;
    }

    /// New tokens for a client's refresh token; empty where it is refused. Who shows one again within moments gets the
    /// same tokens.
    Mono<Tokens> forClient(String refreshToken) {
        var handover = handover(refreshToken);
        Function<Tokens, Mono<Void>> follow = tokens -> decoder.decode(tokens.accessToken())
                .flatMap(token -> sessionOf(token).flatMap(session -> sessions.save(session.with(tokens, token))))
                .onErrorComplete();
        var work = store.takeSealed(handover)
                .flatMap(sessions::withKey)
                .flatMap(session -> spent(session.refreshToken(), follow))
                .switchIfEmpty(Mono.defer(() -> granted(refreshToken, follow)));
        return once.ask(name(refreshToken), work)
                .delayUntil(_ -> store.delete(handover))
                .flatMap(this::read);
    }

    /// The session with new tokens; empty where Keycloak has ended it.
    Mono<Session> forSession(Session session) {
        Function<Tokens, Mono<Void>> keep = tokens -> decoder.decode(tokens.accessToken())
                .flatMap(token -> sessions.save(session.with(tokens, token)))
                .then(store.writeSealed(handover(session.refreshToken()), session.key(), sessions.left(session)));
        return spent(session.refreshToken(), keep)
                .flatMap(this::read)
                .flatMap(tokens -> decoder.decode(tokens.accessToken()).map(token -> session.with(tokens, token)));
    }

    private Mono<String> spent(String refreshToken, Function<Tokens, Mono<Void>> then) {
        return once.ask(name(refreshToken), Mono.defer(() -> granted(refreshToken, then)));
    }

    private Mono<String> granted(String refreshToken, Function<Tokens, Mono<Void>> then) {
        return grants.byRefreshToken(refreshToken)
                .delayUntil(then)
                .map(json::writeValueAsString)
                .defaultIfEmpty(REFUSED);
    }

    private Mono<Tokens> read(String answer) {
        return answer.equals(REFUSED) ? Mono.empty() : Mono.just(json.readValue(answer, Tokens.class));
    }

    private Mono<Session> sessionOf(Jwt token) {
        return Mono.justOrEmpty(Optional.ofNullable(token.getClaimAsString("sid")))
                .flatMap(sessions::withSid);
    }

    private static String name(String refreshToken) {
        return "refresh:" + TokenHash.of(refreshToken);
    }

    private static String handover(String refreshToken) {
        return "wardroom:handover:" + TokenHash.of(refreshToken);
    }
}
