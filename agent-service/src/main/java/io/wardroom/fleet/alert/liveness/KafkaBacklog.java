package io.wardroom.fleet.alert.liveness;

import io.wardroom.common.event.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.stereotype.Component;

/// Asks the broker how far this service's groups have come. Offsets are committed behind the database, so what is
/// committed is stored.
@Component
final class KafkaBacklog implements Backlog, DisposableBean {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final KafkaAdmin configuration;
    private final Map<String, String> topicOfGroup;
    private @Nullable Admin admin;

    KafkaBacklog(KafkaAdmin configuration, @Value("${spring.kafka.consumer.group-id}") String group) {
        this.configuration = configuration;
        this.topicOfGroup = Map.of(
                group + "-metrics", Topics.TELEMETRY_METRICS,
                group + "-heartbeats", Topics.TELEMETRY_HEARTBEATS);
    }

    @Override
    public Map<String, Long> ends() {
        var ends = new HashMap<String, Long>();
        topicOfGroup.forEach((group, topic) ->
                offsets(topic, OffsetSpec.latest()).forEach((partition, end) -> ends.put(key(group, partition), end)));
        return ends;
    }

    @Override
    public boolean isWorkedOff(Map<String, Long> ends) {
        return topicOfGroup.entrySet().stream().allMatch(entry -> isWorkedOff(entry.getKey(), entry.getValue(), ends));
    }

    private boolean isWorkedOff(String group, String topic, Map<String, Long> ends) {
        var committed = ask(admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
        Map<TopicPartition, Long> begins = null;
        for (var partition : partitions(topic)) {
            var end = ends.getOrDefault(key(group, partition), 0L);
            var stored = committed.get(partition);
            if (stored == null) {
                // nothing was ever read of it: fine where there is nothing to be read
                begins = begins == null ? offsets(topic, OffsetSpec.earliest()) : begins;
                if (begins.getOrDefault(partition, 0L) < end) {
                    return false;
                }
            } else if (stored.offset() < end) {
                return false;
            }
        }
        return true;
    }

    private Map<TopicPartition, Long> offsets(String topic, OffsetSpec spec) {
        var asked = new HashMap<TopicPartition, OffsetSpec>();
        partitions(topic).forEach(partition -> asked.put(partition, spec));
        var offsets = new HashMap<TopicPartition, Long>();
        Map<TopicPartition, ListOffsetsResultInfo> answer =
                ask(admin().listOffsets(asked).all());
        answer.forEach((partition, info) -> offsets.put(partition, info.offset()));
        return offsets;
    }

    private List<TopicPartition> partitions(String topic) {
        var described =
                ask(admin().describeTopics(List.of(topic)).allTopicNames()).get(topic);
        if (described == null) {
            throw new KafkaException("the broker does not describe " + topic);
        }
        return described.partitions().stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
    }

    private static String key(String group, TopicPartition partition) {
        return "%s/%s/%d".formatted(group, partition.topic(), partition.partition());
    }

    private static <T> T ask(KafkaFuture<T> answer) {
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException away) {
            throw new KafkaException("the broker does not say how far its readers have come", away);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new KafkaException("stopped while the broker was asked", stopped);
        }
    }

    private synchronized Admin admin() {
        var known = admin;
        if (known == null) {
            known = Admin.create(configuration.getConfigurationProperties());
            admin = known;
        }
        return known;
    }

    @Override
    public synchronized void destroy() {
        if (admin != null) {
            admin.close(PATIENCE);
        }
    }
}
