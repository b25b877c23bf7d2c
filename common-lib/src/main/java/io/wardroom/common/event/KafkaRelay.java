package io.wardroom.common.event;

import io.namastack.outbox.handler.OutboxRecordMetadata;
import io.namastack.outbox.handler.OutboxTypedHandler;
import io.wardroom.common.tenant.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.core.KafkaTemplate;

/// Carries the outbox to Kafka; a record counts as published when all in-sync replicas have it.
class KafkaRelay implements OutboxTypedHandler<OutgoingEvent> {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final KafkaTemplate<String, byte[]> kafka;

    KafkaRelay(KafkaTemplate<String, byte[]> kafka) {
        this.kafka = kafka;
    }

    @Override
    public void handle(OutgoingEvent event, OutboxRecordMetadata metadata) {
        var json = event.json();
        var record = new ProducerRecord<>(
                event.topic(), event.key(), json == null ? null : json.getBytes(StandardCharsets.UTF_8));
        new EventHeaders(
                        event.id(),
                        event.source(),
                        event.type(),
                        event.key(),
                        new TenantId(event.tenant()),
                        event.time(),
                        EventHeaders.JSON,
                        event.traceparent())
                .writeTo(record.headers());
        try {
            kafka.send(record).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            throw new KafkaException("event %s did not reach %s".formatted(event.id(), event.topic()), failure);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new KafkaException("stopped while event %s was under way".formatted(event.id()), stop);
        }
    }
}
