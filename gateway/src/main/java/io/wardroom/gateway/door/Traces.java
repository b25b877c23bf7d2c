package io.wardroom.gateway.door;

import io.micrometer.tracing.handler.TracingObservationHandler.TracingContext;
import io.micrometer.tracing.propagation.Propagator;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;

/// Tells services which trace a request belongs to (`traceparent`): its span here is the parent of theirs. A span of
/// the hop itself would take several times as long and say the same.
@Component
class Traces {
    private final @Nullable Propagator propagator;

    Traces(ObjectProvider<Propagator> propagator) {
        this.propagator = propagator.getIfAvailable();
    }

    void write(ServerWebExchange exchange, HttpHeaders headers) {
        if (propagator == null) {
            return;
        }
        ServerRequestObservationContext.findCurrent(exchange.getAttributes())
                .map(observed -> observed.<TracingContext>get(TracingContext.class))
                .map(TracingContext::getSpan)
                .ifPresent(span ->
                        propagator.inject(span.context(), headers, (_, name, value) -> headers.set(name, value)));
    }
}
