package io.wardroom.gateway.door;

import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.web.RequestId;
import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.route.RouteTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/// Names each request, finds its owner, and takes from it what a client has no business to say.
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 10)
class DoorFilter implements WebFilter {
    /// What a proxy would do for its client, and what shows a page the headers that it must not see.
    private static final Set<HttpMethod> NEVER = Set.of(HttpMethod.TRACE, HttpMethod.valueOf("CONNECT"));

    private final ApplicationContext publicSide;
    private final RouteTable routes;
    private final ClientAddresses addresses;
    private final Origins origins;
    private final Traces traces;

    DoorFilter(
            ApplicationContext publicSide,
            RouteTable routes,
            ClientAddresses addresses,
            Origins origins,
            Traces traces) {
        this.publicSide = publicSide;
        this.routes = routes;
        this.addresses = addresses;
        this.origins = origins;
        this.traces = traces;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        if (exchange.getApplicationContext() != publicSide) {
            // the management port has a context of its own and shares these filters
            return chain.filter(exchange);
        }
        var request = exchange.getRequest();
        var requestId = RequestId.from(request.getHeaders().getFirst(RequestId.HEADER));
        var address =
                addresses.of(request.getRemoteAddress(), request.getHeaders().getOrEmpty(Hygiene.FORWARDED_FOR));
        var secure = isSecure(request);
        // read where a failure is logged, which sees the request as it came
        exchange.getAttributes().put(RequestId.LOGGED, requestId);
        var response = exchange.getResponse();
        response.beforeCommit(() -> {
            // set at the last moment, so that an upstream's own stand beside none of these
            PageHeaders.everywhere(response.getHeaders(), secure);
            response.getHeaders().set(RequestId.HEADER, requestId);
            return Mono.empty();
        });
        var cleaned = exchange.mutate()
                .request(request.mutate()
                        .headers(headers -> {
                            clean(headers, request.getMethod(), requestId, address);
                            traces.write(exchange, headers);
                        })
                        .build())
                .build();
        var route = routes.find(request.getMethod(), request.getPath().pathWithinApplication());
        if (route.isEmpty()) {
            return Mono.error(Refusals.noRoute());
        }
        route.get().bindTo(cleaned);
        new Call(requestId, address, secure, route.get()).bindTo(cleaned);
        if (NEVER.contains(request.getMethod())) {
            return Mono.error(CommonProblem.METHOD_NOT_ALLOWED.because("no route has this method"));
        }
        if (request.getHeaders().getUpgrade() != null && origins.isForeign(request.getHeaders())) {
            return Mono.error(CommonProblem.FORBIDDEN.because("a page of that origin opens no WebSocket here"));
        }
        return chain.filter(cleaned);
    }

    private boolean isSecure(ServerHttpRequest request) {
        return request.getSslInfo() != null
                || (addresses.isTrusted(request.getRemoteAddress())
                        && "https".equalsIgnoreCase(request.getHeaders().getFirst("X-Forwarded-Proto")));
    }

    private static void clean(HttpHeaders headers, HttpMethod method, String requestId, String address) {
        // the hop to the upstream is upgraded by the part that passes WebSockets through, which needs these
        var isUpgrade = method == HttpMethod.GET && "websocket".equalsIgnoreCase(headers.getUpgrade());
        var named = new HashSet<String>();
        headers.getConnection().forEach(name -> named.add(name.toLowerCase(Locale.ROOT)));
        for (var name : new ArrayList<>(headers.headerNames())) {
            var lower = name.toLowerCase(Locale.ROOT);
            var ofUpgrade = isUpgrade && (lower.equals("upgrade") || lower.equals("connection"));
            // the server has read by these where the body ends
            var ofBody = lower.equals("content-length") || lower.equals("transfer-encoding");
            if (!ofUpgrade && !ofBody && (Hygiene.isDropped(name) || named.contains(lower))) {
                headers.remove(name);
            }
        }
        headers.set(Hygiene.FORWARDED_FOR, address);
        headers.set(RequestId.HEADER, requestId);
    }
}
