package io.wardroom.ingest.intake;

import io.wardroom.common.event.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.KafkaAdmin;

/// The topics this service publishes, and those beside them for records that nobody could work off.
@Configuration(proxyBeanMethods = false)
class TelemetryTopics {
    /// @param partitions     how many readers of a topic can share the work
    /// @param replicas       on how many brokers a record lies; one only where there is one broker
    /// @param minInSync      how many of them must have a record before it is acknowledged
    /// @param retention      how long a reader may be away
    /// @param deadRetention  how long there is to look at records that failed
    @ConfigurationProperties("wardroom.ingest.topics")
    record TopicProperties(
            @DefaultValue("12") int partitions,
            @DefaultValue("1") short replicas,
            @DefaultValue("1") int minInSync,
            @DefaultValue("3d") Duration retention,
            @DefaultValue("14d") Duration deadRetention) {}

    @Bean
    KafkaAdmin.NewTopics publishedTopics(TopicProperties topics) {
        var all = new ArrayList<NewTopic>();
        for (var name : List.of(
                Topics.TELEMETRY_METRICS,
                Topics.TELEMETRY_HEARTBEATS,
                Topics.TELEMETRY_INVENTORY,
                Topics.TELEMETRY_ALERTS,
                Topics.TELEMETRY_SIGNALS)) {
            all.add(topic(name, topics)
                    .config(
                            TopicConfig.RETENTION_MS_CONFIG,
                            String.valueOf(topics.retention().toMillis()))
                    .build());
            all.add(topic(name + Topics.DEAD_LETTER_SUFFIX, topics)
                    .config(
                            TopicConfig.RETENTION_MS_CONFIG,
                            String.valueOf(topics.deadRetention().toMillis()))
                    .build());
        }
        // whoever reads metrics needs the layout of each, however old it is
        all.add(topic(Topics.TELEMETRY_LAYOUTS, topics).compact().build());
        return new KafkaAdmin.NewTopics(all.toArray(NewTopic[]::new));
    }

    private static TopicBuilder topic(String name, TopicProperties topics) {
        return TopicBuilder.name(name)
                .partitions(topics.partitions())
                .replicas(topics.replicas())
                .config(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, String.valueOf(topics.minInSync()));
    }
}
