package io.wardroom.gateway.door;

import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.route.Route;
import io.wardroom.gateway.route.Service;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Refuses a body that is too large: before it is read where its length is told, else as soon as it is known.
@Component
@Order(BodyLimitFilter.ORDER)
class BodyLimitFilter implements WebFilter {
    /// Behind authentication and the rate limits.
    static final int ORDER = -50;

    private final DoorProperties door;

    BodyLimitFilter(DoorProperties door) {
        this.door = door;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        if (!Call.isOn(exchange)) {
            return chain.filter(exchange);
        }
        var upload = isUpload(exchange);
        var limit =
                upload ? door.maxUpload().toBytes() : limitOf(Call.of(exchange).route());
        var told = exchange.getRequest().getHeaders().getContentLength();
        if (told > limit) {
            // the rest of the body is not worth reading, so the connection cannot be used again
            exchange.getResponse().getHeaders().set(HttpHeaders.CONNECTION, "close");
            return Mono.error(Refusals.tooLarge(limit));
        }
        if (told == 0) {
            return chain.filter(exchange);
        }
        var guarded = new Guarded(exchange.getRequest(), limit, upload ? door.uploadTimeout() : door.bodyTimeout());
        return chain.filter(exchange.mutate().request(guarded).build());
    }

    /// A form with a file, where one is expected.
    private static boolean isUpload(ServerWebExchange exchange) {
        return Call.of(exchange).route().upload()
                && Uploads.isForm(exchange.getRequest().getHeaders().getFirst(HttpHeaders.CONTENT_TYPE));
    }

    private long limitOf(Route route) {
        return (route.service() == Service.INGEST ? door.maxBatch() : door.maxBody()).toBytes();
    }

    /// A request whose body ends in time and within its limit, or with a refusal.
    private static final class Guarded extends ServerHttpRequestDecorator {
        private final long limitBytes;
        private final Duration patience;

        Guarded(ServerHttpRequest request, long limitBytes, Duration patience) {
            super(request);
            this.limitBytes = limitBytes;
            this.patience = patience;
        }

        @Override
        public Flux<DataBuffer> getBody() {
            return Flux.defer(() -> {
                var seen = new AtomicLong();
                return super.getBody()
                        .<DataBuffer>handle((buffer, sink) -> {
                            if (seen.addAndGet(buffer.readableByteCount()) > limitBytes) {
                                DataBufferUtils.release(buffer);
                                sink.error(Refusals.tooLarge(limitBytes));
                            } else {
                                sink.next(buffer);
                            }
                        })
                        .takeUntilOther(Mono.delay(patience).then(Mono.error(Refusals::bodyTooSlow)));
            });
        }
    }
}
