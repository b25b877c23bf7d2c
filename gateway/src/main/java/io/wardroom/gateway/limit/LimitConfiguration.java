package io.wardroom.gateway.limit;

import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.credential.KnownAgent;
import io.wardroom.gateway.door.Call;
import io.wardroom.gateway.door.EventLoops;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/// Puts the limits into the path of a request: those by address ahead of any check of a credential, the others as
/// soon as it is known who calls.
@Configuration(proxyBeanMethods = false)
class LimitConfiguration {
    @Bean
    @Order(-150)
    WebFilter addressLimits(RateLimiter limiter) {
        return new LimitFilter(limiter, EnumSet.of(Per.IP));
    }

    @Bean
    @Order(-80)
    WebFilter callerLimits(RateLimiter limiter) {
        return new LimitFilter(limiter, EnumSet.of(Per.AGENT, Per.USER, Per.TENANT));
    }

    private record LimitFilter(RateLimiter limiter, Set<Per> kinds) implements WebFilter {
        @Override
        public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
            if (!Call.isOn(exchange)) {
                return chain.filter(exchange);
            }
            var request = exchange.getRequest();
            var counter =
                    limiter.counterOf(request.getMethod(), request.getPath().pathWithinApplication());
            if (counter.isEmpty() || !kinds.contains(counter.get().per())) {
                return chain.filter(exchange);
            }
            return switch (counter.get().per()) {
                case IP ->
                    limited(exchange, chain, counter.get(), Call.of(exchange).clientAddress());
                case AGENT ->
                    limited(
                            exchange,
                            chain,
                            counter.get(),
                            KnownAgent.of(exchange).key());
                case USER -> byClaim(exchange, chain, counter.get(), "sub");
                case TENANT -> byClaim(exchange, chain, counter.get(), "tenant_id");
                case NOBODY -> chain.filter(exchange);
            };
        }

        private Mono<Void> byClaim(ServerWebExchange exchange, WebFilterChain chain, Counter counter, String claim) {
            return ReactiveSecurityContextHolder.getContext()
                    .map(context -> claimOf(context, claim))
                    .defaultIfEmpty(Optional.empty())
                    .flatMap(key -> key.isEmpty()
                            ? Mono.error(Refusals.noCredential())
                            : limited(exchange, chain, counter, key.get()));
        }

        private static Optional<String> claimOf(SecurityContext context, String claim) {
            var authentication = context.getAuthentication();
            return authentication != null && authentication.getPrincipal() instanceof Jwt token
                    ? Optional.ofNullable(token.getClaimAsString(claim))
                    : Optional.empty();
        }

        private Mono<Void> limited(ServerWebExchange exchange, WebFilterChain chain, Counter counter, String key) {
            var taken = limiter.take(counter, key);
            return taken.isDone()
                    ? judged(exchange, chain, taken.join())
                    : Mono.fromFuture(taken)
                            .publishOn(EventLoops.of(exchange))
                            .flatMap(verdict -> judged(exchange, chain, verdict));
        }

        private static Mono<Void> judged(ServerWebExchange exchange, WebFilterChain chain, Verdict verdict) {
            exchange.getResponse().beforeCommit(() -> {
                var headers = exchange.getResponse().getHeaders();
                headers.set(Verdict.LIMIT, String.valueOf(verdict.limit()));
                headers.set(Verdict.REMAINING, String.valueOf(verdict.remaining()));
                headers.set(Verdict.RESET, String.valueOf(verdict.resetSeconds()));
                return Mono.empty();
            });
            return verdict.allowed() ? chain.filter(exchange) : Mono.error(Refusals.limited(verdict.retryAfter()));
        }
    }
}
