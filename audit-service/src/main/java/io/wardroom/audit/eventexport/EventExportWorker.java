package io.wardroom.audit.eventexport;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.SmartLifecycle;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ConsumerAwareRebalanceListener;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.util.backoff.ExponentialBackOff;

/// Reads the shared topics while a tenant wants copies, and not at all while none does. Replicas share the partitions;
/// how far each was copied is kept by the broker.
@Component
class EventExportWorker implements SmartLifecycle, ConsumerAwareRebalanceListener {
    private static final Logger LOG = LoggerFactory.getLogger(EventExportWorker.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String FOUND_WITHIN_MS = "30000";
    private static final String LARGEST_FETCH = Integer.toString(8 << 20);

    private final EventExports exports;
    private final EventCopier copier;
    private final TenantTopics topics;
    private final String group;
    private final ConcurrentMessageListenerContainer<String, byte[]> container;
    private final AtomicLong lag = new AtomicLong();
    private final AtomicBoolean looking = new AtomicBoolean();
    private final AtomicBoolean measuring = new AtomicBoolean();
    private volatile boolean running;

    EventExportWorker(
            EventExports exports,
            EventCopier copier,
            TenantTopics topics,
            EventExportProperties properties,
            ConsumerFactory<String, byte[]> consumers,
            KafkaProperties kafka,
            MeterRegistry meters) {
        this.exports = exports;
        this.copier = copier;
        this.topics = topics;
        this.group = kafka.getConsumer().getGroupId() + "-event-export";
        this.container = container(properties, consumers);
        meters.gauge("wardroom.event.export.lag", lag);
    }

    private ConcurrentMessageListenerContainer<String, byte[]> container(
            EventExportProperties properties, ConsumerFactory<String, byte[]> consumers) {
        // by pattern: a topic that nobody publishes on yet is none to wait for
        var settings = new ContainerProperties(
                Pattern.compile(properties.topics().stream().map(Pattern::quote).collect(Collectors.joining("|"))));
        settings.setGroupId(group);
        settings.setMessageListener(copier);
        settings.setConsumerRebalanceListener(this);
        var more = new Properties();
        more.setProperty(ConsumerConfig.METADATA_MAX_AGE_CONFIG, FOUND_WITHIN_MS);
        more.setProperty(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, LARGEST_FETCH);
        settings.setKafkaConsumerProperties(more);
        var made = new ConcurrentMessageListenerContainer<>(consumers, settings);
        made.setBeanName("event-export");
        made.setConcurrency(properties.concurrency());
        made.setCommonErrorHandler(new DefaultErrorHandler(pauses()));
        return made;
    }

    /// Tried again for as long as it takes: a database or broker that is away loses nothing.
    private static ExponentialBackOff pauses() {
        var pauses = new ExponentialBackOff(500, 2);
        pauses.setMaxInterval(15_000);
        return pauses;
    }

    // at a rate, not with a delay: those share one thread, and to stop takes its time
    @Scheduled(fixedRateString = "${wardroom.audit.event-export.look-every:1s}")
    void look() {
        if (!running || !looking.compareAndSet(false, true)) {
            return;
        }
        try {
            var wanted = !exports.enabled().isEmpty();
            if (wanted && !container.isRunning()) {
                container.start();
            } else if (!wanted && container.isRunning()) {
                container.stop();
            }
        } finally {
            looking.set(false);
        }
    }

    /// How many records wait to be looked at, whoever's they are.
    @Scheduled(fixedRateString = "${wardroom.audit.event-export.measure-every:15s}")
    void measure() {
        if (!running || !measuring.compareAndSet(false, true)) {
            return;
        }
        try {
            lag.set(container.isRunning() ? topics.lag(group) : 0);
        } catch (RuntimeException away) {
            LOG.debug("the lag of the event export is not known", away);
        } finally {
            measuring.set(false);
        }
    }

    /// Goes ahead to the moment since when the first of the tenants wants events: a group that rested may have stopped
    /// long before. Where that fails, what is older is read and passed over.
    @Override
    public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        copier.forget(partitions);
        try {
            exports.enabled().values().stream()
                    .min(Comparator.naturalOrder())
                    .ifPresent(since -> goAhead(
                            consumer,
                            partitions,
                            since.minus(EventCopier.MARGIN).toEpochMilli()));
        } catch (RuntimeException away) {
            LOG.warn("the event export begins where it stopped: {}", away.toString());
        }
    }

    private void goAhead(Consumer<?, ?> consumer, Collection<TopicPartition> partitions, long since) {
        // the ends first: what comes later lies behind them
        var ends = consumer.endOffsets(partitions, LIMIT);
        var beginnings = consumer.beginningOffsets(partitions, LIMIT);
        var asked = new HashMap<TopicPartition, Long>();
        partitions.forEach(partition -> asked.put(partition, since));
        var found = consumer.offsetsForTimes(asked, LIMIT);
        var done = consumer.committed(Set.copyOf(partitions), LIMIT);
        var passed = new HashMap<TopicPartition, OffsetAndMetadata>();
        for (var partition : partitions) {
            var first = found.get(partition);
            long wanted = first == null ? ends.getOrDefault(partition, 0L) : first.offset();
            var committed = done.get(partition);
            long beginning = beginnings.getOrDefault(partition, 0L);
            if (committed != null && committed.offset() < beginning && wanted <= beginning) {
                copier.lost(partition.topic(), "retention", beginning - committed.offset());
            }
            if (committed == null || committed.offset() < wanted) {
                consumer.seek(partition, wanted);
                passed.put(partition, new OffsetAndMetadata(wanted));
            }
        }
        // what was passed over is no lag
        consumer.commitSync(passed, LIMIT);
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        container.stop();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
