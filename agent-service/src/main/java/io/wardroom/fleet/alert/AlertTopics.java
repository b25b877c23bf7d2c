package io.wardroom.fleet.alert;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.KafkaAdmin;

/// The topic alerts are published on.
@Configuration(proxyBeanMethods = false)
class AlertTopics {
    @Bean
    KafkaAdmin.NewTopics topicOfAlerts(
            @Value("${wardroom.agent.topics.partitions:12}") int partitions,
            @Value("${wardroom.agent.topics.replicas:1}") short replicas) {
        return new KafkaAdmin.NewTopics(TopicBuilder.name(AlertEvents.TOPIC)
                .partitions(partitions)
                .replicas(replicas)
                .build());
    }
}
