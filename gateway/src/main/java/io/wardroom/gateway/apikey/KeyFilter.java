package io.wardroom.gateway.apikey;

import io.wardroom.common.problem.CommonProblem;
import io.wardroom.gateway.door.Call;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/// Lets a key do what its scopes name, and nothing that asks for a person.
@Component
@Order(KeyFilter.ORDER)
class KeyFilter implements WebFilter {
    /// Behind Spring Security's chain, ahead of the limits by caller.
    static final int ORDER = -85;

    private final KeyRefusals refusals;
    private final PersonsOnly persons;
    private final LastUses lastUses;

    KeyFilter(KeyRefusals refusals, PersonsOnly persons, LastUses lastUses) {
        this.refusals = refusals;
        this.persons = persons;
        this.lastUses = lastUses;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return KnownKey.of(exchange)
                .map(key -> admitted(key, exchange).then(Mono.defer(() -> chain.filter(exchange))))
                .orElseGet(() -> chain.filter(exchange));
    }

    private Mono<Void> admitted(KnownKey key, ServerWebExchange exchange) {
        lastUses.note(key);
        return switch (Need.of(Call.of(exchange).route(), exchange.getRequest())) {
            case Need.Nothing _ -> Mono.empty();
            case Need.APerson _ -> persons.admit(exchange, key.deed(KeyRefusals.USED));
            case Need.In(var scope) -> key.covers(scope) ? Mono.empty() : outOf(scope, key, exchange);
        };
    }

    private Mono<Void> outOf(Scope needed, KnownKey key, ServerWebExchange exchange) {
        var deed = key.deed(KeyRefusals.USED).with("scope", needed.spelled()).refused("OUT_OF_SCOPE");
        return refusals.record(deed, exchange)
                .then(Mono.error(
                        () -> CommonProblem.FORBIDDEN.because("the API key lacks the scope " + needed.spelled())));
    }
}
