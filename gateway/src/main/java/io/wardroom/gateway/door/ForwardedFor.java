package io.wardroom.gateway.door;

import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;

/// Tells a service who the client is. Behind the filters of Spring Cloud Gateway, which drop this header whoever set
// it.
@Component
class ForwardedFor implements HttpHeadersFilter, Ordered {
    @Override
    public HttpHeaders filter(HttpHeaders headers, ServerWebExchange exchange) {
        var more = new HttpHeaders();
        more.putAll(headers);
        more.set(Hygiene.FORWARDED_FOR, Call.of(exchange).clientAddress());
        return more;
    }

    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }
}
