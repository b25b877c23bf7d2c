package io.wardroom.gateway.door;

import java.util.List;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.netty.http.server.HttpServerRequest;

/// The header for API keys, which goes no further than the door.
public final class ApiKeyHeader {
    public static final String NAME = "X-API-Key";

    private ApiKeyHeader() {}

    /// What the client sent under that name, as often as it did.
    public static List<String> of(ServerWebExchange exchange) {
        HttpServerRequest asItCame = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
        return asItCame.requestHeaders().getAll(NAME);
    }
}
