package io.wardroom.fleet.inventory;

import io.micrometer.core.instrument.MeterRegistry;
import io.wardroom.common.event.Topics;
import io.wardroom.fleet.telemetry.TelemetryKafka;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;

/// How the topics of inventories and activities are read. Their records are few and may be large: a poll takes few of
/// the first, which are opened one by one.
@Configuration(proxyBeanMethods = false)
class InventoryKafka {
    static final String INVENTORIES = "inventoryContainers";
    static final String ACTIVITIES = "activityContainers";

    private static final int INVENTORIES_A_POLL = 20;
    private static final int ACTIVITIES_A_POLL = 200;

    @Bean(INVENTORIES)
    ConcurrentKafkaListenerContainerFactory<String, byte[]> inventoryContainers(
            ConsumerFactory<? super String, ? super byte[]> consumers, MeterRegistry meters) {
        return TelemetryKafka.batches(
                consumers, meters, Map.of(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, INVENTORIES_A_POLL));
    }

    @Bean(ACTIVITIES)
    ConcurrentKafkaListenerContainerFactory<String, byte[]> activityContainers(
            ConsumerFactory<? super String, ? super byte[]> consumers, MeterRegistry meters) {
        return TelemetryKafka.batches(
                consumers, meters, Map.of(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, ACTIVITIES_A_POLL));
    }

    @Bean
    KafkaAdmin.NewTopics inventoryDeadLetters() {
        return new KafkaAdmin.NewTopics(
                TopicBuilder.name(Topics.TELEMETRY_INVENTORY + Topics.DEAD_LETTER_SUFFIX)
                        .build(),
                TopicBuilder.name(Topics.TELEMETRY_SIGNALS + Topics.DEAD_LETTER_SUFFIX)
                        .build());
    }
}
