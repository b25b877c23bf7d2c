package io.wardroom.gateway.limit;

import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.credential.KnownAgent;
import io.wardroom.gateway.door.Call;
import io.wardroom.gateway.door.EventLoops;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
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
    WebFilter addressLimits(RateLimiter limiter, LimitRefusals refused) {
        return new LimitFilter(limiter, refused, EnumSet.of(Per.IP));
    }

    @Bean
    @Order(-80)
    WebFilter callerLimits(RateLimiter limiter, LimitRefusals refused) {
        return new LimitFilter(limiter, refused, EnumSet.of(Per.AGENT, Per.USER, Per.TENANT));
    }

    private record LimitFilter(RateLimiter limiter, LimitRefusals refused, Set<Per> kinds) implements WebFilter {
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
            var count = counter.get();
            var call = Call.of(exchange);
            return switch (count.per()) {
                case IP -> {
                    Supplier<Mono<Void>> onRefusal = () -> refused.ofAddress(count, call.caller(exchange));
                    yield Counted.take(exchange)
                            .map(verdict -> judged(exchange, chain, verdict, onRefusal))
                            .orElseGet(() -> limited(exchange, chain, count, call.clientAddress(), onRefusal));
                }
                case AGENT -> {
                    var agent = KnownAgent.of(exchange);
                    yield limited(
                            exchange,
                            chain,
                            count,
                            agent.key(),
                            () -> refused.ofAgent(count, agent, call.caller(exchange)));
                }
                case USER -> byClaim(exchange, chain, count, "sub");
                case TENANT -> byClaim(exchange, chain, count, "tenant_id");
                case NOBODY -> chain.filter(exchange);
            };
        }

        private Mono<Void> byClaim(ServerWebExchange exchange, WebFilterChain chain, Counter counter, String claim) {
            return ReactiveSecurityContextHolder.getContext()
                    .map(LimitFilter::tokenOf)
                    .defaultIfEmpty(Optional.empty())
                    .flatMap(shown -> {
                        var key = shown.map(token -> token.getClaimAsString(claim));
                        return key.isEmpty()
                                ? Mono.error(Refusals.noCredential())
                                : limited(
                                        exchange,
                                        chain,
                                        counter,
                                        key.get(),
                                        () -> refused.ofPerson(
                                                counter,
                                                shown.get(),
                                                Call.of(exchange).caller(exchange)));
                    });
        }

        private static Optional<Jwt> tokenOf(SecurityContext context) {
            var authentication = context.getAuthentication();
            return authentication != null && authentication.getPrincipal() instanceof Jwt token
                    ? Optional.of(token)
                    : Optional.empty();
        }

        private Mono<Void> limited(
                ServerWebExchange exchange,
                WebFilterChain chain,
                Counter counter,
                String key,
                Supplier<Mono<Void>> onRefusal) {
            var taken = limiter.take(counter, key);
            return taken.isDone()
                    ? judged(exchange, chain, taken.join(), onRefusal)
                    : Mono.fromFuture(taken)
                            .publishOn(EventLoops.of(exchange))
                            .flatMap(verdict -> judged(exchange, chain, verdict, onRefusal));
        }

        private static Mono<Void> judged(
                ServerWebExchange exchange, WebFilterChain chain, Verdict verdict, Supplier<Mono<Void>> onRefusal) {
            exchange.getResponse().beforeCommit(() -> {
                var headers = exchange.getResponse().getHeaders();
                headers.set(Verdict.LIMIT, String.valueOf(verdict.limit()));
                headers.set(Verdict.REMAINING, String.valueOf(verdict.remaining()));
                headers.set(Verdict.RESET, String.valueOf(verdict.resetSeconds()));
                return Mono.empty();
            });
            return verdict.allowed()
                    ? chain.filter(exchange)
                    : onRefusal.get().then(Mono.error(Refusals.limited(verdict.retryAfter())));
        }
    }
}
