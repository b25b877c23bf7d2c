package io.wardroom.gateway.door;

import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;

/// Where a request's own work is done.
public final class EventLoops {
    private EventLoops() {}

    /// The loop that the request came in on: what answers us, such as Redis, does so on a thread that has other work to
    /// do than the rest of this request.
    public static Scheduler of(ServerWebExchange exchange) {
        HttpServerRequest request = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
        var loop = new Scheduler[1];
        request.withConnection(connection -> {
            var channel = connection.channel();
            // a channel whose client has gone is on no loop
            loop[0] = channel.isRegistered() ? Schedulers.fromExecutor(channel.eventLoop()) : Schedulers.immediate();
        });
        return loop[0];
    }
}
