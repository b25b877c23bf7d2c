package io.wardroom.common.identity;

import io.wardroom.common.event.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.kafka.core.ConsumerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Every agent's identity in memory, so that the hot path asks no database. Each replica reads the whole compacted
/// topic from its beginning, then follows it; it is complete when it has caught up with the end it saw at its start.
///
/// @param <I> what the service makes of an identity once, so that no request has to (a parsed public key, say)
public final class IdentityTable<I> implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(IdentityTable.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration REST_AFTER_FAULT = Duration.ofSeconds(1);

    /// It reads what it assigns itself: no group to join. On Kafka 4.2 the new protocol's client would turn in its poll
    /// without waiting.
    private static final Properties READER = new Properties();

    static {
        READER.setProperty(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
    }

    private record Entry<I>(AgentIdentity identity, I prepared) {}

    private final ConsumerFactory<?, ?> consumers;
    private final JsonMapper json;
    private final BiFunction<AgentIdentity, @Nullable I, I> prepare;
    private final Map<String, Entry<I>> byToken = new ConcurrentHashMap<>();
    // the reader's own: which token an agent had before
    private final Map<UUID, Entry<I>> byAgent = new HashMap<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean complete;
    private volatile boolean running;
    private volatile @Nullable Consumer<?, ?> reading;

    /// @param prepare makes the service's own view from an identity and, where there was one, the view before
    public IdentityTable(
            ConsumerFactory<?, ?> consumers, JsonMapper json, BiFunction<AgentIdentity, @Nullable I, I> prepare) {
        this.consumers = consumers;
        this.json = json;
        this.prepare = prepare;
    }

    /// The identity behind a token, by the token's [TokenHash].
    public Optional<I> find(String tokenSha256) {
        var entry = byToken.get(tokenSha256);
        return entry == null ? Optional.empty() : Optional.of(entry.prepared());
    }

    /// Whether everything that was on the topic at the start has been read: before that, a token that is not found
    /// may still be a good one.
    public boolean isComplete() {
        return complete;
    }

    public int size() {
        return byToken.size();
    }

    @Override
    public void start() {
        running = true;
        Thread.ofPlatform().name("identities").daemon().start(this::follow);
    }

    @Override
    public void stop() {
        running = false;
        stopped.countDown();
        var consumer = reading;
        if (consumer != null) {
            // not an interrupt: the client would have to close with one pending
            consumer.wakeup();
        }
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

    private void follow() {
        while (running) {
            try (var consumer = consumers.createConsumer(null, "identities", null, READER)) {
                reading = consumer;
                read(consumer);
            } catch (WakeupException stop) {
                return;
            } catch (KafkaException fault) {
                LOG.warn("identities cannot be followed, trying again: {}", fault.toString());
                try {
                    if (stopped.await(REST_AFTER_FAULT.toMillis(), TimeUnit.MILLISECONDS)) {
                        return;
                    }
                } catch (InterruptedException stop) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    private void read(Consumer<?, ?> consumer) {
        var partitions = partitionsOf(consumer);
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        var ends = consumer.endOffsets(partitions);
        while (running) {
            for (var record : consumer.poll(POLL)) {
                apply(String.valueOf(record.key()), (byte[]) record.value());
            }
            if (!complete
                    && ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
                complete = true;
                LOG.info("{} agent identities known", byToken.size());
            }
        }
    }

    private static List<TopicPartition> partitionsOf(Consumer<?, ?> consumer) {
        var partitions = consumer.partitionsFor(Topics.AGENTS_IDENTITY);
        if (partitions.isEmpty()) {
            throw new TopicMissingException();
        }
        return partitions.stream()
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList();
    }

    private void apply(String key, byte @Nullable [] value) {
        try {
            var agent = UUID.fromString(key);
            if (value == null) {
                var gone = byAgent.remove(agent);
                if (gone != null) {
                    byToken.remove(gone.identity().tokenSha256());
                }
                return;
            }
            var identity = json.readValue(value, AgentIdentity.class);
            var before = byAgent.get(agent);
            if (before != null && before.identity().version() > identity.version()) {
                // the reader began anew and meets old records of a compacted topic again
                return;
            }
            var entry = new Entry<>(identity, prepare.apply(identity, before == null ? null : before.prepared()));
            byAgent.put(agent, entry);
            byToken.put(identity.tokenSha256(), entry);
            if (before != null && !before.identity().tokenSha256().equals(identity.tokenSha256())) {
                byToken.remove(before.identity().tokenSha256());
            }
        } catch (IllegalArgumentException | JacksonException unreadable) {
            LOG.error("record {} on {} is no identity and is passed over", key, Topics.AGENTS_IDENTITY, unreadable);
        }
    }

    private static final class TopicMissingException extends RetriableException {
        TopicMissingException() {
            super(Topics.AGENTS_IDENTITY + " does not exist yet");
        }
    }
}
