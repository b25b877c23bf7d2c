package io.wardroom.audit.deadletter;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;

/// Takes dead letters off every topic that has some. There is no further grave for them: what the database will not
/// have is logged and stays on its topic; while the database is away everything waits.
@Component
class DeadLetterListener {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterListener.class);

    private final DeadLetters letters;
    private final MeterRegistry meters;

    DeadLetterListener(DeadLetters letters, MeterRegistry meters) {
        this.letters = letters;
        this.meters = meters;
    }

    @KafkaListener(
            topicPattern = ".*\\.dlt",
            groupId = "${spring.kafka.consumer.group-id}-dead-letters",
            containerFactory = DeadLetterKafka.CONTAINERS)
    void on(List<ConsumerRecord<byte @Nullable [], byte @Nullable []>> records) {
        var buried = records.stream().map(RecordReader::read).toList();
        try {
            letters.keep(buried);
        } catch (NonTransientDataAccessException refused) {
            throwIfAway(refused);
            letters.keepEach(buried, this::leave);
        }
    }

    private void leave(BuriedRecord record, RuntimeException cause) {
        if (!(cause instanceof NonTransientDataAccessException refused)) {
            throw cause;
        }
        throwIfAway(refused);
        meters.counter("wardroom.dead.letters.left").increment();
        LOG.atError()
                .addKeyValue("topic", record.topic())
                .addKeyValue("partition", record.deadPartition())
                .addKeyValue("offset", record.deadOffset())
                .log("a dead letter cannot be kept: {}", refused.getClass().getName());
    }

    private static void throwIfAway(NonTransientDataAccessException refused) {
        if (refused instanceof NonTransientDataAccessResourceException) {
            throw refused;
        }
    }
}
