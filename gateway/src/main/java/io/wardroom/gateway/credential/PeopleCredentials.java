package io.wardroom.gateway.credential;

import io.wardroom.common.problem.ProblemException;
import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.door.EventLoops;
import io.wardroom.gateway.session.Revocations;
import io.wardroom.gateway.session.Revocations.Standing;
import io.wardroom.gateway.session.Sessions;
import io.wardroom.gateway.trail.RefusedCalls;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.web.server.authentication.ServerBearerTokenAuthenticationConverter;
import org.springframework.security.web.server.authentication.ServerAuthenticationConverter;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Finds a person's token in a request, or behind what the request shows instead, and asks whether it was revoked.
@Component
class PeopleCredentials implements ServerAuthenticationConverter {
    private final ServerBearerTokenAuthenticationConverter bearer = new ServerBearerTokenAuthenticationConverter();
    private final Sessions sessions;
    private final Revocations revocations;
    private final RefusedCalls refusedCalls;

    PeopleCredentials(Sessions sessions, Revocations revocations, RefusedCalls refusedCalls) {
        this.sessions = sessions;
        this.revocations = revocations;
        this.refusedCalls = refusedCalls;
    }

    /// The `Authorization` header first, else the session cookie.
    @Override
    public Mono<Authentication> convert(ServerWebExchange exchange) {
        return bearer.convert(exchange).switchIfEmpty(Mono.defer(() -> sessions.tokenOf(exchange)
                .publishOn(EventLoops.of(exchange))
                .map(BearerTokenAuthenticationToken::new)));
    }

    /// What `decoder` says of the token, unless that was revoked. A session may still go on with a newer one.
    ReactiveAuthenticationManager refusingRevoked(ReactiveAuthenticationManager decoder, ServerWebExchange exchange) {
        return shown -> decoder.authenticate(shown).flatMap(person -> standingOf(person, exchange)
                .flatMap(standing -> switch (standing) {
                    case GOOD -> Mono.just(person);
                    case ENDED -> ended(person, exchange);
                    case OUTDATED ->
                        sessions.newerTokenOf(exchange)
                                .flatMap(token -> decoder.authenticate(new BearerTokenAuthenticationToken(token)))
                                .filterWhen(newer -> standingOf(newer, exchange).map(Standing.GOOD::equals))
                                .switchIfEmpty(Mono.defer(() -> ended(person, exchange)));
                })
                .publishOn(EventLoops.of(exchange)));
    }

    private Mono<Authentication> ended(Authentication person, ServerWebExchange exchange) {
        var recorded = person.getPrincipal() instanceof Jwt token
                ? refusedCalls.record(token, "SESSION_ENDED", exchange)
                : Mono.<Void>empty();
        return recorded.then(Mono.error(Refusals::noCredential));
    }

    /// While nobody can say what was revoked, reading goes on and nothing is changed.
    private Mono<Standing> standingOf(Authentication person, ServerWebExchange exchange) {
        return person.getPrincipal() instanceof Jwt token
                ? revocations
                        .standingOf(token)
                        .onErrorResume(
                                ProblemException.class,
                                away -> RefusedCalls.onlyReads(exchange.getRequest())
                                        ? Mono.just(Standing.GOOD)
                                        : Mono.error(away))
                : Mono.error(Refusals::noCredential);
    }
}
