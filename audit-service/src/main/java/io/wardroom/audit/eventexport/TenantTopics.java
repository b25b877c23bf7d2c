package io.wardroom.audit.eventexport;

import io.wardroom.common.tenant.TenantId;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.stereotype.Component;

/// The topics of tenants, `tenant.<tenant_id>.<topic>`; Kafka's ACL on the part ahead of the topic's name keeps tenants
/// apart.
@Component
class TenantTopics {
    private static final Duration LIMIT = Duration.ofSeconds(8);

    private final EventExportProperties properties;
    private final Admin broker;

    TenantTopics(EventExportProperties properties, KafkaAdmin kafka) {
        this.properties = properties;
        var settings = new HashMap<>(kafka.getConfigurationProperties());
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int)
                LIMIT.dividedBy(2).toMillis());
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) LIMIT.toMillis());
        this.broker = Admin.create(settings);
    }

    static String name(TenantId tenant, String topic) {
        return "tenant.%s.%s".formatted(tenant, topic);
    }

    List<String> of(TenantId tenant) {
        return properties.topics().stream().map(topic -> name(tenant, topic)).toList();
    }

    /// Makes those that are missing.
    ///
    /// @throws KafkaException if the broker does not
    void provide(TenantId tenant) {
        var wanted = of(tenant).stream().map(this::topic).toList();
        broker.createTopics(wanted).values().forEach((_, made) -> {
            try {
                made.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException refused) {
                if (!(refused.getCause() instanceof TopicExistsException)) {
                    throw new KafkaException("no topics for tenant " + tenant, refused);
                }
            } catch (TimeoutException late) {
                throw new KafkaException("no topics for tenant " + tenant, late);
            } catch (InterruptedException stop) {
                throw stopped(stop);
            }
        });
    }

    private NewTopic topic(String name) {
        return TopicBuilder.name(name)
                .partitions(properties.partitions())
                .replicas(properties.replicas())
                .config(
                        TopicConfig.RETENTION_MS_CONFIG,
                        String.valueOf(properties.retention().toMillis()))
                .config(
                        TopicConfig.RETENTION_BYTES_CONFIG,
                        String.valueOf(properties.largest().toBytes()))
                .build();
    }

    /// How many records a group has not worked off, over all partitions it ever came to.
    ///
    /// @throws KafkaException if the broker does not tell
    long lag(String group) {
        var done = get(broker.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
        var known = done.entrySet().stream()
                .filter(entry -> entry.getValue() != null)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().offset()));
        var ends = get(broker.listOffsets(known.keySet().stream()
                        .collect(Collectors.toMap(partition -> partition, _ -> OffsetSpec.latest())))
                .all());
        return known.entrySet().stream()
                .mapToLong(entry -> {
                    ListOffsetsResultInfo end = ends.get(entry.getKey());
                    return end == null ? 0 : Math.max(0, end.offset() - entry.getValue());
                })
                .sum();
    }

    private static <T> T get(KafkaFuture<T> answer) {
        try {
            return answer.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException failed) {
            throw new KafkaException("the broker does not tell", failed);
        } catch (InterruptedException stop) {
            throw stopped(stop);
        }
    }

    private static KafkaException stopped(InterruptedException stop) {
        Thread.currentThread().interrupt();
        return new KafkaException("stopped while the broker was asked", stop);
    }

    @PreDestroy
    void close() {
        broker.close(LIMIT);
    }
}
