package io.wardroom.audit.webhook;

import io.wardroom.common.event.Topics;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.NewTopic;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.KafkaAdmin;

/// The topics that webhooks are told of: what the contract calls public, but for telemetry, which is no event, and
/// the identities, which are for the hub alone.
@Configuration(value = "webhookTopics", proxyBeanMethods = false)
class WebhookTopics {
    private static final List<String> OF_OTHERS = List.of(
            Topics.AGENTS_EVENTS,
            "alerts.events.v1",
            Topics.INTEGRITY_ANOMALIES,
            "console.sessions.v1",
            "cloud.resources.v1",
            "cloud.findings.v1",
            "purple.tests.v1",
            "purple.campaigns.v1",
            "purple.coverage.v1",
            "compliance.results.v1",
            "vulnerabilities.matches.v1");

    // declared where they are filled or kept
    private static final List<String> OF_THIS_SERVICE = List.of(Topics.AUDIT_ACTIONS, "audit.checkpoints.v1");

    public String[] sources() {
        return Stream.concat(OF_OTHERS.stream(), OF_THIS_SERVICE.stream()).toArray(String[]::new);
    }

    @Bean
    KafkaAdmin.NewTopics topicsOfWebhooks(
            @Value("${wardroom.audit.topics.partitions:12}") int partitions,
            @Value("${wardroom.audit.topics.replicas:1}") short replicas) {
        var sources = OF_OTHERS.stream().map(name -> TopicBuilder.name(name).partitions(partitions));
        var deadLetters = Stream.concat(OF_OTHERS.stream(), Stream.of("audit.checkpoints.v1"))
                .map(name -> TopicBuilder.name(name + Topics.DEAD_LETTER_SUFFIX).partitions(1));
        return new KafkaAdmin.NewTopics(Stream.concat(sources, deadLetters)
                .map(topic -> topic.replicas(replicas).build())
                .toArray(NewTopic[]::new));
    }
}
