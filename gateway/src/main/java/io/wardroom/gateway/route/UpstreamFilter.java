package io.wardroom.gateway.route;

import static org.springframework.cloud.gateway.support.ServerWebExchangeUtils.CLIENT_RESPONSE_ATTR;
import static org.springframework.cloud.gateway.support.ServerWebExchangeUtils.GATEWAY_ALREADY_ROUTED_ATTR;
import static org.springframework.cloud.gateway.support.ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.reactor.circuitbreaker.operator.CircuitBreakerOperator;
import java.net.URI;
import java.util.concurrent.TimeoutException;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.RouteToRequestUrlFilter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.util.UriComponentsBuilder;
import reactor.core.publisher.Mono;

/// Stands between the gateway and a service: chooses the replica, keeps away from a service that is down, and asks
/// once more where nothing was answered and asking twice does no harm.
@Component
class UpstreamFilter implements GlobalFilter, Ordered {
    private static final String WEB_SOCKETS = "/ws/";
    private static final String BASE = "/api/v1";

    private final Upstreams upstreams;
    private final Breakers breakers;

    UpstreamFilter(Upstreams upstreams, Breakers breakers) {
        this.upstreams = upstreams;
        this.breakers = breakers;
    }

    /// Behind the filter that makes the upstream's URL, ahead of those that call it.
    @Override
    public int getOrder() {
        return RouteToRequestUrlFilter.ROUTE_TO_URL_FILTER_ORDER + 1;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        var service = ForwardingConfiguration.ownerOf(exchange);
        var url = exchange.<URI>getRequiredAttribute(GATEWAY_REQUEST_URL_ATTR);
        var peer = String.valueOf(exchange.getRequest().getHeaders().getFirst("X-Forwarded-For"));
        var replica = upstreams.of(service, peer).getFirst();
        exchange.getAttributes().put(GATEWAY_REQUEST_URL_ATTR, at(replica, url));
        var breaker = breakers.of(service);
        var once = chain.filter(exchange).transformDeferred(CircuitBreakerOperator.of(breaker));
        return once.onErrorResume(
                failure -> mayAskAgain(exchange, failure, breaker) ? again(exchange, once) : Mono.error(failure));
    }

    private static Mono<Void> again(ServerWebExchange exchange, Mono<Void> once) {
        return Mono.defer(() -> {
            exchange.getAttributes().remove(GATEWAY_ALREADY_ROUTED_ATTR);
            return once;
        });
    }

    private static boolean mayAskAgain(ServerWebExchange exchange, Throwable failure, CircuitBreaker breaker) {
        var method = exchange.getRequest().getMethod();
        return (method == HttpMethod.GET || method == HttpMethod.HEAD)
                && exchange.getRequest().getHeaders().getUpgrade() == null
                // a body is read once
                && !hasBody(exchange.getRequest().getHeaders())
                && exchange.getAttribute(CLIENT_RESPONSE_ATTR) == null
                && !exchange.getResponse().isCommitted()
                && breaker.getState() == CircuitBreaker.State.CLOSED
                && Breakers.isAway(failure)
                // a slow service is not helped by asking twice
                && !(failure instanceof TimeoutException)
                && !(failure instanceof ResponseStatusException);
    }

    private static boolean hasBody(HttpHeaders headers) {
        return headers.getContentLength() > 0 || headers.containsHeader(HttpHeaders.TRANSFER_ENCODING);
    }

    private static URI at(URI replica, URI url) {
        var path = url.getRawPath();
        var scheme = url.getScheme().startsWith("ws")
                ? ("https".equals(replica.getScheme()) ? "wss" : "ws")
                : replica.getScheme();
        return UriComponentsBuilder.fromUri(url)
                .scheme(scheme)
                .host(replica.getHost())
                .port(replica.getPort())
                // both spellings of a WebSocket's path reach its service as one
                .replacePath(path.startsWith(WEB_SOCKETS) ? BASE + path : path)
                .build(true)
                .toUri();
    }
}
