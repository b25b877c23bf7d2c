package io.wardroom.gateway.apikey;

import io.wardroom.common.audit.Deed;
import io.wardroom.gateway.door.Call;
import io.wardroom.gateway.trail.Trail;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Puts on record what keys were refused. A program tries again and again, so the same of a key is recorded once in a
/// while.
@Component
class KeyRefusals {
    static final String USED = "api_key_used";

    private final Trail trail;

    KeyRefusals(Trail trail) {
        this.trail = trail;
    }

    /// Ends once it is on record, or was not long ago.
    Mono<Void> record(Deed refused, ServerWebExchange exchange) {
        return trail.recordOnce(refused, refused, Call.of(exchange).caller(exchange));
    }
}
