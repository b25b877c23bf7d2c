package io.wardroom.audit.log;

import io.wardroom.audit.proof.Checkpoints;
import io.wardroom.common.event.Topics;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.KafkaAdmin;

/// The topic the log is filled from, where its unreadable records go, and where checkpoints are kept for others.
@Configuration(proxyBeanMethods = false)
class AuditTopics {
    /// @param partitions tenants are spread over them; one tenant's deeds stay in order
    /// @param replicas   on how many brokers a record lies; one only where there is one broker
    @ConfigurationProperties("wardroom.audit.topics")
    record TopicProperties(
            @DefaultValue("12") int partitions,
            @DefaultValue("1") short replicas) {}

    @Bean
    KafkaAdmin.NewTopics consumedTopics(TopicProperties topics) {
        return new KafkaAdmin.NewTopics(
                TopicBuilder.name(Topics.AUDIT_ACTIONS)
                        .partitions(topics.partitions())
                        .replicas(topics.replicas())
                        .build(),
                TopicBuilder.name(Topics.AUDIT_ACTIONS + Topics.DEAD_LETTER_SUFFIX)
                        .partitions(1)
                        .replicas(topics.replicas())
                        .build(),
                TopicBuilder.name(Checkpoints.TOPIC)
                        .partitions(topics.partitions())
                        .replicas(topics.replicas())
                        .compact()
                        .build());
    }
}
