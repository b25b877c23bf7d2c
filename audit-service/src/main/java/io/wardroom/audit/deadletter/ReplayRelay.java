package io.wardroom.audit.deadletter;

import io.namastack.outbox.handler.OutboxRecordMetadata;
import io.namastack.outbox.handler.OutboxTypedHandler;
import io.wardroom.audit.deadletter.DeadLetterRepository.Sendable;
import io.wardroom.common.tenant.TenantScope;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/// Carries dead letters back to the topics they failed on, byte for byte: the event's id is the one it always had, so
/// that a consumer which knows it already passes it over.
@Component
class ReplayRelay implements OutboxTypedHandler<Replay>, DisposableBean {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final DeadLetterRepository repository;
    private final TransactionTemplate transaction;
    private final Clock clock;
    // keys are bytes here: one that is no UTF-8 must come out as it went in
    private final DefaultKafkaProducerFactory<byte[], byte[]> producers;

    ReplayRelay(
            DeadLetterRepository repository,
            TransactionTemplate transaction,
            Clock clock,
            ProducerFactory<?, ?> configured) {
        this.repository = repository;
        this.transaction = transaction;
        this.clock = clock;
        var settings = new HashMap<>(configured.getConfigurationProperties());
        settings.putAll(Map.of(
                ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class,
                ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class));
        settings.computeIfPresent(ProducerConfig.CLIENT_ID_CONFIG, (_, id) -> id + "-replay");
        this.producers = new DefaultKafkaProducerFactory<>(settings);
    }

    @Override
    public void handle(Replay replay, OutboxRecordMetadata metadata) {
        Optional<Sendable> found = TenantScope.everyTenant(
                () -> Objects.requireNonNull(transaction.execute(_ -> repository.sendable(replay.letter()))));
        found.ifPresent(record -> {
            send(replay, record);
            TenantScope.everyTenant(
                    () -> transaction.executeWithoutResult(_ -> repository.markSent(replay.letter(), clock.instant())));
        });
    }

    private void send(Replay replay, Sendable kept) {
        var record = new ProducerRecord<byte[], byte[]>(kept.topic(), kept.key(), kept.value());
        kept.headers().forEach(header -> record.headers().add(header.name(), header.value()));
        record.headers().add(RecordReader.REPLAY_OF, replay.letter().toString().getBytes(StandardCharsets.UTF_8));
        try (var producer = producers.createProducer()) {
            producer.send(record).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            throw new KafkaException(
                    "dead letter %s did not reach %s".formatted(replay.letter(), kept.topic()), failure);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new KafkaException("stopped while dead letter %s was under way".formatted(replay.letter()), stop);
        }
    }

    @Override
    public void destroy() {
        producers.destroy();
    }
}
