package io.wardroom.fleet.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.wardroom.common.event.Topics;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.MicrometerConsumerListener;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.util.backoff.ExponentialBackOff;

/// How the topics of telemetry are read: many records a poll, offsets committed behind the database, no observation,
/// which would cost more than storing a batch.
@Configuration(proxyBeanMethods = false)
public class TelemetryKafka {
    static final String METRICS = "metricsContainers";
    static final String LAYOUTS = "layoutContainers";

    /// For who reads along without being waited for: up to a thousand records a poll, bad ones left to the reader.
    public static final String FOLLOWERS = LAYOUTS;

    // a poll waits for 200 kB or 50 ms: what freshness can afford decides how much a commit carries
    private static final int FETCH_MIN_BYTES = 200_000;
    private static final int FETCH_MAX_WAIT_MILLIS = 50;
    private static final int RECORDS_A_POLL = 1_000;
    private static final long FIRST_PAUSE_MILLIS = 250;
    private static final long LONGEST_PAUSE_MILLIS = 15_000;

    @Bean(METRICS)
    ConcurrentKafkaListenerContainerFactory<String, byte[]> metricsContainers(
            ConsumerFactory<? super String, ? super byte[]> consumers, MeterRegistry meters) {
        return batches(
                consumers,
                meters,
                Map.of(
                        ConsumerConfig.FETCH_MIN_BYTES_CONFIG, FETCH_MIN_BYTES,
                        ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_MAX_WAIT_MILLIS,
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG, RECORDS_A_POLL));
    }

    @Bean(LAYOUTS)
    ConcurrentKafkaListenerContainerFactory<String, byte[]> layoutContainers(
            ConsumerFactory<? super String, ? super byte[]> consumers, MeterRegistry meters) {
        return batches(consumers, meters, Map.of(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, RECORDS_A_POLL));
    }

    /// Without these a bad record would hold its partition. How many partitions they have is left to whoever publishes
    /// the topics they stand beside.
    @Bean
    KafkaAdmin.NewTopics telemetryDeadLetters() {
        return new KafkaAdmin.NewTopics(
                TopicBuilder.name(Topics.TELEMETRY_METRICS + Topics.DEAD_LETTER_SUFFIX)
                        .build(),
                TopicBuilder.name(Topics.TELEMETRY_LAYOUTS + Topics.DEAD_LETTER_SUFFIX)
                        .build());
    }

    /// Containers that hand over whole polls and commit behind them, for topics of large or many records.
    public static ConcurrentKafkaListenerContainerFactory<String, byte[]> batches(
            ConsumerFactory<? super String, ? super byte[]> consumers,
            MeterRegistry meters,
            Map<String, Object> settings) {
        var configuration = new HashMap<>(consumers.getConfigurationProperties());
        configuration.putAll(settings);
        var factory = new ConcurrentKafkaListenerContainerFactory<String, byte[]>();
        var own = new DefaultKafkaConsumerFactory<String, byte[]>(configuration);
        // the lag among its figures is what replicas are added by
        own.addListener(new MicrometerConsumerListener<>(meters));
        factory.setConsumerFactory(own);
        factory.setBatchListener(true);
        factory.getContainerProperties().setAckMode(ContainerProperties.AckMode.BATCH);
        factory.getContainerProperties().setObservationEnabled(false);
        factory.setCommonErrorHandler(waitAsLongAsItTakes());
        return factory;
    }

    /// The listeners put bad records aside themselves: what they let through is an outage, and an outage ends.
    private static DefaultErrorHandler waitAsLongAsItTakes() {
        var pauses = new ExponentialBackOff(FIRST_PAUSE_MILLIS, 2);
        pauses.setMaxInterval(LONGEST_PAUSE_MILLIS);
        pauses.setMaxElapsedTime(Long.MAX_VALUE);
        return new DefaultErrorHandler(pauses);
    }
}
