package io.wardroom.fleet.agent;

import io.wardroom.common.event.Topics;
import org.apache.kafka.common.config.TopicConfig;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.KafkaAdmin;

/// The topics this service publishes.
@Configuration(proxyBeanMethods = false)
class AgentTopics {
    /// @param partitions how many readers of a topic can share the work
    /// @param replicas   on how many brokers a record lies; one only where there is one broker
    @ConfigurationProperties("wardroom.agent.topics")
    record TopicProperties(
            @DefaultValue("12") int partitions,
            @DefaultValue("1") short replicas) {}

    @Bean
    KafkaAdmin.NewTopics publishedTopics(TopicProperties topics) {
        return new KafkaAdmin.NewTopics(
                // the whole table of identities is read at each start of a gateway: only the newest of each agent stays
                TopicBuilder.name(Topics.AGENTS_IDENTITY)
                        .partitions(1)
                        .replicas(topics.replicas())
                        .compact()
                        .config(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1")
                        .config(TopicConfig.SEGMENT_MS_CONFIG, "3600000")
                        .build(),
                TopicBuilder.name(Topics.AGENTS_EVENTS)
                        .partitions(topics.partitions())
                        .replicas(topics.replicas())
                        .build(),
                TopicBuilder.name(Topics.INTEGRITY_ANOMALIES)
                        .partitions(topics.partitions())
                        .replicas(topics.replicas())
                        .build(),
                TopicBuilder.name(Topics.AUDIT_ACTIONS)
                        .partitions(topics.partitions())
                        .replicas(topics.replicas())
                        .build());
    }
}
