package io.wardroom.gateway.apikey;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.wardroom.common.audit.Deed;
import io.wardroom.gateway.door.Call;
import io.wardroom.gateway.trail.Trail;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Puts on record what keys were refused. A program tries again and again, so the same of a key is recorded once in a
/// while by each gateway.
@Component
class KeyRefusals {
    static final String USED = "api_key_used";
    private static final int MOST_KEPT = 10_000;

    private final Trail trail;
    private final Cache<Deed, Boolean> recorded;

    KeyRefusals(Trail trail, ApiKeyProperties properties) {
        this.trail = trail;
        this.recorded = Caffeine.newBuilder()
                .maximumSize(MOST_KEPT)
                .expireAfterWrite(properties.refusedEvery())
                .build();
    }

    /// Ends once it is on record, or was not long ago.
    Mono<Void> record(Deed refused, ServerWebExchange exchange) {
        return Mono.defer(() -> recorded.asMap().putIfAbsent(refused, true) == null
                ? trail.record(refused, Call.of(exchange).caller(exchange)).doOnError(_ -> recorded.invalidate(refused))
                : Mono.empty());
    }
}
