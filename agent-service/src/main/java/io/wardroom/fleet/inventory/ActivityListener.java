package io.wardroom.fleet.inventory;

import io.wardroom.common.event.Topics;
import io.wardroom.fleet.Received;
import io.wardroom.fleet.telemetry.DeadLetters;
import io.wardroom.fleet.telemetry.Outage;
import java.util.LinkedHashMap;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/// Takes lists of processes and connections off the topic of signals, many agents in one transaction.
@Component
class ActivityListener {
    private final Activities activities;
    private final DeadLetters dead;
    private final JsonMapper json;

    ActivityListener(Activities activities, DeadLetters dead, JsonMapper json) {
        this.activities = activities;
        this.dead = dead;
        this.json = json;
    }

    @KafkaListener(
            topics = Topics.TELEMETRY_SIGNALS,
            groupId = "${spring.kafka.consumer.group-id}-activity",
            containerFactory = InventoryKafka.ACTIVITIES,
            concurrency = "${wardroom.agent.inventory.listeners:1}")
    void on(List<ConsumerRecord<String, byte[]>> records) {
        var readable = new LinkedHashMap<ConsumerRecord<String, byte[]>, List<Activity>>();
        for (var record : records) {
            if (!Received.isOfSignals(record)) {
                continue;
            }
            try {
                readable.put(record, Activity.allIn(Received.read(record, json)));
            } catch (IllegalArgumentException unreadable) {
                dead.bury(record, unreadable);
            }
        }
        try {
            activities.take(readable.values().stream().flatMap(List::stream).toList());
        } catch (RuntimeException failure) {
            if (Outage.isBehind(failure)) {
                throw failure;
            }
            // one of them is to blame: each alone, so that it takes no other along
            readable.forEach(this::takeAlone);
        }
    }

    private void takeAlone(ConsumerRecord<String, byte[]> record, List<Activity> found) {
        try {
            activities.take(found);
        } catch (RuntimeException failure) {
            if (Outage.isBehind(failure)) {
                throw failure;
            }
            dead.bury(record, failure);
        }
    }
}
