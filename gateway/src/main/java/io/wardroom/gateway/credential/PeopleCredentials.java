package io.wardroom.gateway.credential;

import io.wardroom.common.problem.ProblemException;
import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.door.Call;
import io.wardroom.gateway.door.EventLoops;
import io.wardroom.gateway.session.Revocations;
import io.wardroom.gateway.session.Revocations.Standing;
import io.wardroom.gateway.session.StandIn;
import io.wardroom.gateway.trail.RefusedCalls;
import java.util.List;
import java.util.function.BiFunction;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.web.server.authentication.ServerBearerTokenAuthenticationConverter;
import org.springframework.security.web.server.authentication.ServerAuthenticationConverter;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Finds a person's token in a request, or behind what the request shows instead, and asks whether it was revoked.
@Component
class PeopleCredentials implements ServerAuthenticationConverter {
    private final ServerBearerTokenAuthenticationConverter bearer = new ServerBearerTokenAuthenticationConverter();
    private final List<StandIn> standIns;
    private final Revocations revocations;
    private final RefusedCalls refusedCalls;

    /// @param standIns in the order in which they are asked
    PeopleCredentials(List<StandIn> standIns, Revocations revocations, RefusedCalls refusedCalls) {
        this.standIns = List.copyOf(standIns);
        this.revocations = revocations;
        this.refusedCalls = refusedCalls;
    }

    /// A token in the `Authorization` header first, else an API key there or in its own header, else the cookie of a
    /// session.
    @Override
    public Mono<Authentication> convert(ServerWebExchange exchange) {
        return bearer.convert(exchange)
                .filter(shown -> isToken(String.valueOf(shown.getCredentials())))
                .switchIfEmpty(Mono.defer(() -> behind(exchange, StandIn::tokenOf)
                        .publishOn(EventLoops.of(exchange))
                        .map(BearerTokenAuthenticationToken::new)));
    }

    /// A JWT has dots (RFC 7519, section 3); nothing else that is shown here does.
    static boolean isToken(String shown) {
        return shown.indexOf('.') >= 0;
    }

    private Mono<String> behind(
            ServerWebExchange exchange, BiFunction<StandIn, ServerWebExchange, Mono<String>> question) {
        return Flux.fromIterable(standIns)
                .concatMap(standIn -> question.apply(standIn, exchange))
                .next();
    }

    /// What `decoder` says of the token, unless that was revoked. What stands for a token may have a newer one.
    ReactiveAuthenticationManager refusingRevoked(ReactiveAuthenticationManager decoder, ServerWebExchange exchange) {
        return shown -> decoder.authenticate(shown).flatMap(person -> standingOf(person, exchange)
                .flatMap(standing -> switch (standing) {
                    case GOOD -> Mono.just(person);
                    case ENDED -> ended(person, exchange);
                    case OUTDATED ->
                        behind(exchange, StandIn::newerTokenOf)
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
                                away -> Call.onlyReads(exchange.getRequest())
                                        ? Mono.just(Standing.GOOD)
                                        : Mono.error(away))
                : Mono.error(Refusals::noCredential);
    }
}
