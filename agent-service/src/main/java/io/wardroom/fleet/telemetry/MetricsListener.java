package io.wardroom.fleet.telemetry;

import io.wardroom.common.event.Topics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;

/// Takes batches of metrics off the topic, a poll at a time. A record that can never be stored goes to the dead
/// letters alone; while the database is away everything waits where it is.
@Component
class MetricsListener {
    private final Intake intake;
    private final DeadLetters dead;

    MetricsListener(Intake intake, DeadLetters dead) {
        this.intake = intake;
        this.dead = dead;
    }

    @KafkaListener(
            topics = Topics.TELEMETRY_METRICS,
            groupId = "${spring.kafka.consumer.group-id}-metrics",
            containerFactory = TelemetryKafka.METRICS,
            concurrency = "${wardroom.agent.telemetry.listeners:1}")
    void on(List<ConsumerRecord<String, byte[]>> records) {
        var readable = new LinkedHashMap<ConsumerRecord<String, byte[]>, ReceivedBatch>();
        for (var record : records) {
            try {
                readable.put(record, intake.read(record));
            } catch (IllegalArgumentException unreadable) {
                dead.bury(record, unreadable);
            }
        }
        store(readable);
        readable.forEach((record, batch) -> {
            if (batch.refused() > 0) {
                dead.bury(
                        record,
                        new IllegalArgumentException(
                                "%d moments lie outside the time that is kept".formatted(batch.refused())));
            }
        });
    }

    private void store(Map<ConsumerRecord<String, byte[]>, ReceivedBatch> readable) {
        try {
            intake.store(readable.values());
        } catch (RuntimeException failure) {
            if (Outage.isBehind(failure)) {
                throw failure;
            }
            // one of them is to blame: each alone, so that it takes no other along
            readable.forEach(this::storeAlone);
        }
    }

    private void storeAlone(ConsumerRecord<String, byte[]> record, ReceivedBatch batch) {
        try {
            intake.store(List.of(batch));
        } catch (RuntimeException failure) {
            if (Outage.isBehind(failure)) {
                throw failure;
            }
            dead.bury(record, failure);
        }
    }
}
