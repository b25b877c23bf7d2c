package io.wardroom.audit.eventexport;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.wardroom.audit.proof.Checkpoints;
import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.event.Topics;
import io.wardroom.common.tenant.TenantId;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.stereotype.Component;

/// Copies what a poll brought into the topics of the tenants that want it: key, value, headers and time as they are. A
/// poll is worked off once the broker has every copy; one that is copied again carries the same ids.
@Component
class EventCopier implements BatchMessageListener<String, byte[]> {
    /// Clocks of publishers and of this service may differ by that much: rather an event too many from before the
    /// switch than one too few behind it.
    static final Duration MARGIN = Duration.ofMinutes(1);

    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Set<String> COMPACTED = Set.of(Topics.TELEMETRY_LAYOUTS, Checkpoints.TOPIC);

    private final EventExports exports;
    private final TenantTopics topics;
    private final KafkaTemplate<String, byte[]> kafka;
    private final MeterRegistry meters;
    private final Clock clock;
    private final Timer delay;
    private final Map<TopicPartition, Long> next = new ConcurrentHashMap<>();

    EventCopier(
            EventExports exports,
            TenantTopics topics,
            KafkaTemplate<String, byte[]> kafka,
            MeterRegistry meters,
            Clock clock) {
        this.exports = exports;
        this.topics = topics;
        this.kafka = kafka;
        this.meters = meters;
        this.clock = clock;
        this.delay = meters.timer("wardroom.event.export.delay");
    }

    private record Copy(ConsumerRecord<String, byte[]> original, TenantId tenant, CompletableFuture<?> sent) {}

    @Override
    public void onMessage(List<ConsumerRecord<String, byte[]>> records) {
        // asked for each poll: who switched it on before an event was published is known when the event is read
        var wanting = exports.enabled();
        var copies = new ArrayList<Copy>();
        for (var record : records) {
            var tenant = tenantOf(record);
            var since = tenant == null ? null : wanting.get(tenant);
            if (tenant != null
                    && since != null
                    && record.timestamp() >= since.minus(MARGIN).toEpochMilli()) {
                copies.add(new Copy(record, tenant, send(record, tenant)));
            }
        }
        awaitAll(copies);
        records.forEach(this::follow);
    }

    private @Nullable TenantId tenantOf(ConsumerRecord<String, byte[]> record) {
        try {
            return EventHeaders.tenantOf(record.headers());
        } catch (IllegalArgumentException noEventOfOurs) {
            meters.counter("wardroom.event.export.skipped", "topic", record.topic())
                    .increment();
            return null;
        }
    }

    private CompletableFuture<?> send(ConsumerRecord<String, byte[]> record, TenantId tenant) {
        try {
            return kafka.send(new ProducerRecord<>(
                    TenantTopics.name(tenant, record.topic()),
                    null,
                    record.timestamp(),
                    record.key(),
                    record.value(),
                    record.headers()));
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    private void awaitAll(List<Copy> copies) {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        var failed = new LinkedHashSet<TenantId>();
        @Nullable Exception why = null;
        for (var copy : copies) {
            try {
                copy.sent().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
                delay.record(Duration.ofMillis(
                        Math.max(0, clock.millis() - copy.original().timestamp())));
                meters.counter(
                                "wardroom.event.export.copied",
                                "topic",
                                copy.original().topic())
                        .increment();
            } catch (ExecutionException refused) {
                if (isTooLarge(refused)) {
                    lost(copy.original().topic(), "too_large", 1);
                } else {
                    failed.add(copy.tenant());
                    why = refused;
                }
            } catch (TimeoutException late) {
                failed.add(copy.tenant());
                why = late;
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new KafkaException("stopped while events were copied", stop);
            }
        }
        if (why != null) {
            // a topic may have been deleted, or be a new one
            failed.forEach(topics::provide);
            throw new KafkaException("events of %d tenants were not copied".formatted(failed.size()), why);
        }
    }

    private static boolean isTooLarge(Throwable failure) {
        for (@Nullable Throwable link = failure; link != null; link = link.getCause()) {
            if (link instanceof RecordTooLargeException) {
                return true;
            }
        }
        return false;
    }

    /// Where records are missing between two that were read, the topic's retention was faster than the copying.
    private void follow(ConsumerRecord<String, byte[]> record) {
        var expected = next.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
        if (expected != null && record.offset() > expected && !COMPACTED.contains(record.topic())) {
            lost(record.topic(), "retention", record.offset() - expected);
        }
    }

    void lost(String topic, String reason, long records) {
        meters.counter("wardroom.event.export.lost", "topic", topic, "reason", reason)
                .increment(records);
    }

    /// Whose next record may be any.
    void forget(Collection<TopicPartition> partitions) {
        next.keySet().removeAll(Set.copyOf(partitions));
    }
}
