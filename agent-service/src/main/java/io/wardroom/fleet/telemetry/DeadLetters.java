package io.wardroom.fleet.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.wardroom.common.event.Topics;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer;
import org.springframework.stereotype.Component;

/// Where records go that can never be worked off: `<topic>.dlt`, with the cause in their headers.
@Component
public class DeadLetters {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

    private final DeadLetterPublishingRecoverer recoverer;
    private final MeterRegistry meters;

    DeadLetters(KafkaTemplate<String, byte[]> kafka, MeterRegistry meters) {
        this.recoverer = new DeadLetterPublishingRecoverer(
                kafka, (record, cause) -> new TopicPartition(record.topic() + Topics.DEAD_LETTER_SUFFIX, -1));
        // a record counts as worked off only when the broker has it there
        recoverer.setFailIfSendResultIsError(true);
        this.meters = meters;
    }

    /// @throws org.springframework.kafka.KafkaException if the broker did not take it
    public void bury(ConsumerRecord<String, byte[]> record, Exception cause) {
        recoverer.accept(record, cause);
        meters.counter("wardroom.telemetry.dead", "topic", record.topic()).increment();
        LOG.atWarn()
                .addKeyValue("topic", record.topic())
                .addKeyValue("partition", record.partition())
                .addKeyValue("offset", record.offset())
                .addKeyValue("key", record.key())
                .log("moved a record to the dead letters: {}", cause.toString());
    }
}
