package io.wardroom.gateway.credential;

import io.wardroom.common.problem.ProblemException;
import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.door.Call;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/// Opens the agents' routes to agents alone.
@Component
@Order(AgentFilter.ORDER)
class AgentFilter implements WebFilter {
    /// Behind Spring Security's chain, which looks after people's routes.
    static final int ORDER = -90;

    private final AgentTokens tokens;

    AgentFilter(AgentTokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        if (!Call.isOn(exchange)) {
            return chain.filter(exchange);
        }
        var authorization = exchange.getRequest().getHeaders().getFirst(HttpHeaders.AUTHORIZATION);
        try {
            switch (Call.of(exchange).route().access()) {
                case AGENT -> tokens.agentBehind(authorization).bindTo(exchange);
                case ENROLMENT -> {
                    if (!tokens.mayRegister(authorization)) {
                        throw Refusals.noCredential();
                    }
                }
                case PUBLIC, USER -> {}
            }
        } catch (ProblemException refusal) {
            return Mono.error(refusal);
        }
        return chain.filter(exchange);
    }
}
