package io.wardroom.gateway.trail;

import io.wardroom.common.event.Topics;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.KafkaAdmin;

/// The topic that the audit log is written through.
@Configuration(proxyBeanMethods = false)
class TrailTopics {
    /// @param partitions how many readers of the topic can share the work
    /// @param replicas   on how many brokers a record lies; one only where there is one broker
    @ConfigurationProperties("wardroom.gateway.topics")
    record TopicProperties(
            @DefaultValue("12") int partitions,
            @DefaultValue("1") short replicas) {}

    @Bean
    KafkaAdmin.NewTopics publishedTopics(TopicProperties topics) {
        return new KafkaAdmin.NewTopics(TopicBuilder.name(Topics.AUDIT_ACTIONS)
                .partitions(topics.partitions())
                .replicas(topics.replicas())
                .build());
    }
}
