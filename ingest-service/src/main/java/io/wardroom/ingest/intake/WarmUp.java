package io.wardroom.ingest.intake;

import com.google.protobuf.CodedInputStream;
import io.wardroom.common.event.Topics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.kafka.core.ConsumerFactory;

/// Remembers, before the first request, which batches were taken lately: they lie on Kafka. Without it a restart would
/// take an agent's repetition as new, and only the storage would notice.
final class WarmUp implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
    private static final Duration POLL = Duration.ofMillis(200);
    // field 1, length-delimited
    private static final int BATCH_ID = 1 << 3 | 2;

    private final ConsumerFactory<?, ?> consumers;
    private final RecentBatches recent;
    private final IntakeProperties properties;
    private final Clock clock;
    private volatile boolean running;

    WarmUp(ConsumerFactory<?, ?> consumers, RecentBatches recent, IntakeProperties properties, Clock clock) {
        this.consumers = consumers;
        this.recent = recent;
        this.properties = properties;
        this.clock = clock;
    }

    @Override
    public void start() {
        running = true;
        var limits = new Properties();
        limits.setProperty(
                ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                String.valueOf(properties.warmUpTime().toMillis()));
        try (var consumer = consumers.createConsumer(null, "warm-up", null, limits)) {
            LOG.info("{} batches of before the start are remembered", read(consumer));
        } catch (KafkaException away) {
            // the storage recognises repetitions all the same
            LOG.warn("the batches of before the start are not remembered: {}", away.toString());
        }
    }

    private int read(Consumer<?, ?> consumer) {
        var deadline = System.nanoTime() + properties.warmUpTime().toNanos();
        var partitions = consumer.partitionsFor(Topics.TELEMETRY_METRICS).stream()
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList();
        if (partitions.isEmpty()) {
            return 0;
        }
        consumer.assign(partitions);
        var ends = consumer.endOffsets(partitions);
        seek(consumer, partitions);
        var read = 0;
        while (System.nanoTime() < deadline
                && ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            for (var record : consumer.poll(POLL)) {
                var key = keyOf(record.key(), (byte[]) record.value());
                if (key != null) {
                    recent.remember(key);
                    read++;
                }
            }
        }
        return read;
    }

    /// To where the memory reaches, by time and by number.
    private void seek(Consumer<?, ?> consumer, List<TopicPartition> partitions) {
        var since = clock.instant().minus(properties.memory()).toEpochMilli();
        var byTime = consumer.offsetsForTimes(
                partitions.stream().collect(Collectors.toMap(partition -> partition, _ -> since)));
        var ends = consumer.endOffsets(partitions);
        var each = properties.remembered() / partitions.size();
        for (var partition : partitions) {
            var end = ends.getOrDefault(partition, 0L);
            @Nullable OffsetAndTimestamp first = byTime.get(partition);
            consumer.seek(partition, first == null ? end : Math.max(first.offset(), end - each));
        }
    }

    private static @Nullable BatchKey keyOf(@Nullable Object key, byte @Nullable [] value) {
        if (key == null || value == null) {
            return null;
        }
        try {
            var in = CodedInputStream.newInstance(value);
            if (in.readTag() != BATCH_ID) {
                return null;
            }
            var id = in.readByteArray();
            if (id.length != 16) {
                return null;
            }
            var longs = ByteBuffer.wrap(id);
            return new BatchKey(UUID.fromString(key.toString()), new UUID(longs.getLong(), longs.getLong()));
        } catch (IOException | IllegalArgumentException noBatch) {
            LOG.debug("a record on {} is no batch: {}", Topics.TELEMETRY_METRICS, noBatch.toString());
            return null;
        }
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /// Ahead of the web server, which starts last.
    @Override
    public int getPhase() {
        return 0;
    }
}
