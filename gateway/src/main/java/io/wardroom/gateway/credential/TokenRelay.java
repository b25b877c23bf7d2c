package io.wardroom.gateway.credential;

import io.wardroom.gateway.session.Sessions;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/// Hands on the token of a person who showed something else instead: services know tokens only.
final class TokenRelay implements WebFilter {
    private static final String BEARER = "Bearer ";

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        var shown = exchange.getRequest().getHeaders().getFirst(HttpHeaders.AUTHORIZATION);
        if (shown != null
                && shown.regionMatches(true, 0, BEARER, 0, BEARER.length())
                && PeopleCredentials.isToken(shown)) {
            return chain.filter(exchange);
        }
        return ReactiveSecurityContextHolder.getContext()
                .mapNotNull(context -> context.getAuthentication())
                .mapNotNull(person -> person.getPrincipal() instanceof Jwt token ? token.getTokenValue() : null)
                .map(token -> exchange.mutate()
                        .request(exchange.getRequest()
                                .mutate()
                                .headers(headers -> {
                                    headers.setBearerAuth(token);
                                    headers.remove(Sessions.CSRF_HEADER);
                                })
                                .build())
                        .build())
                .defaultIfEmpty(exchange)
                .flatMap(chain::filter);
    }
}
