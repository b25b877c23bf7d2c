package io.wardroom.purple;

import io.wardroom.common.event.Topics;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.KafkaAdmin;

/// The topics this service publishes.
public final class PurpleTopics {
    /// What changes of a technique's status, keyed by technique.
    public static final String COVERAGE = "purple.coverage.v1";

    /// What happens to tests, keyed by test.
    public static final String TESTS = "purple.tests.v1";

    private PurpleTopics() {}

    /// @param partitions how many readers of a topic can share the work
    /// @param replicas   on how many brokers a record lies; one only where there is one broker
    @ConfigurationProperties("wardroom.purple.topics")
    record TopicProperties(
            @DefaultValue("12") int partitions,
            @DefaultValue("1") short replicas) {}

    @Configuration(proxyBeanMethods = false)
    static class Declared {
        @Bean
        KafkaAdmin.NewTopics publishedTopics(TopicProperties topics) {
            return new KafkaAdmin.NewTopics(
                    topic(COVERAGE, topics), topic(TESTS, topics), topic(Topics.AUDIT_ACTIONS, topics));
        }

        private static org.apache.kafka.clients.admin.NewTopic topic(String name, TopicProperties topics) {
            return TopicBuilder.name(name)
                    .partitions(topics.partitions())
                    .replicas(topics.replicas())
                    .build();
        }
    }
}
