package io.wardroom.gateway.limit;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.Optional;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.netty.http.server.HttpServerRequest;

/// What a connection's next request need not be counted for by the general route, because the short way has counted it
/// and handed it back.
public final class Counted {
    private static final AttributeKey<Verdict> KEY = AttributeKey.valueOf(Counted.class, "verdict");

    private Counted() {}

    public static void mark(Channel client, Verdict verdict) {
        client.attr(KEY).set(verdict);
    }

    static Optional<Verdict> take(ServerWebExchange exchange) {
        HttpServerRequest request = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
        var found = new Verdict[1];
        request.withConnection(
                connection -> found[0] = connection.channel().attr(KEY).getAndSet(null));
        return Optional.ofNullable(found[0]);
    }
}
