package io.wardroom.common.event;

import io.micrometer.tracing.Tracer;
import io.namastack.outbox.Outbox;
import io.wardroom.common.tenant.TenantId;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/// Where a service puts the events of its transaction: they are published if and only if it commits, in order per key.
public class EventOutbox {
    private final Outbox outbox;
    private final JsonMapper json;
    private final Clock clock;
    private final String source;
    private final @Nullable Tracer tracer;

    EventOutbox(Outbox outbox, JsonMapper json, Clock clock, String service, @Nullable Tracer tracer) {
        this.outbox = outbox;
        this.json = json;
        this.clock = clock;
        this.source = "/wardroom/" + service;
        this.tracer = tracer;
    }

    /// Appends an event to the running transaction.
    ///
    /// @param topic   where it goes
    /// @param type    `io.wardroom.<noun>.<verb>.v1`
    /// @param key     the aggregate's id: record key and `ce_subject`
    /// @param payload the event record, written as JSON; null is a tombstone on a compacted topic
    /// @throws org.springframework.transaction.IllegalTransactionStateException outside a transaction
    @Transactional(propagation = Propagation.MANDATORY)
    public void append(String topic, String type, String key, TenantId tenant, @Nullable Object payload) {
        var event = new OutgoingEvent(
                UuidV7.next(),
                topic,
                key,
                source,
                type,
                tenant.value(),
                clock.instant(),
                traceparent(),
                payload == null ? null : json.writeValueAsString(payload));
        outbox.schedule(event, topic + "/" + key);
    }

    private @Nullable String traceparent() {
        var span = tracer == null ? null : tracer.currentSpan();
        if (span == null) {
            return null;
        }
        var context = span.context();
        return "00-%s-%s-%s"
                .formatted(context.traceId(), context.spanId(), Boolean.TRUE.equals(context.sampled()) ? "01" : "00");
    }
}
