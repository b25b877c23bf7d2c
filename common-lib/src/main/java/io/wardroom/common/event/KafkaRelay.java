package io.wardroom.common.event;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.namastack.outbox.handler.OutboxRecordMetadata;
import io.namastack.outbox.handler.OutboxTypedHandler;
import io.wardroom.common.tenant.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
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
    private static final Duration[] DELAYS = {
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30)
    };

    private final KafkaTemplate<String, byte[]> kafka;
    private final MeterRegistry meters;
    private final Clock clock;

    KafkaRelay(KafkaTemplate<String, byte[]> kafka, MeterRegistry meters, Clock clock) {
        this.kafka = kafka;
        this.meters = meters;
        this.clock = clock;
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
            Timer.builder("wardroom.outbox.delay")
                    .description("From an event's time to the broker's acknowledgement")
                    .serviceLevelObjectives(DELAYS)
                    .register(meters)
                    .record(Duration.between(event.time(), clock.instant()));
        } catch (ExecutionException | TimeoutException failure) {
            meters.counter("wardroom.outbox.failures", "topic", event.topic()).increment();
            throw new KafkaException("event %s did not reach %s".formatted(event.id(), event.topic()), failure);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new KafkaException("stopped while event %s was under way".formatted(event.id()), stop);
        }
    }
}
