package io.wardroom.fleet.inventory;

import io.wardroom.common.event.Topics;
import io.wardroom.fleet.Received;
import io.wardroom.fleet.telemetry.DeadLetters;
import io.wardroom.fleet.telemetry.Outage;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/// Takes inventories off their topic: each record in a transaction of its own, the sections in it together.
@Component
class InventoryListener {
    private final Inventory inventory;
    private final DeadLetters dead;
    private final JsonMapper json;

    InventoryListener(Inventory inventory, DeadLetters dead, JsonMapper json) {
        this.inventory = inventory;
        this.dead = dead;
        this.json = json;
    }

    @KafkaListener(
            topics = Topics.TELEMETRY_INVENTORY,
            groupId = "${spring.kafka.consumer.group-id}-inventory",
            containerFactory = InventoryKafka.INVENTORIES,
            concurrency = "${wardroom.agent.inventory.listeners:1}")
    void on(List<ConsumerRecord<String, byte[]>> records) {
        for (var record : records) {
            try {
                take(Received.read(record, json));
            } catch (RuntimeException failure) {
                if (Outage.isBehind(failure)) {
                    throw failure;
                }
                dead.bury(record, failure);
            }
        }
    }

    private void take(Received received) {
        var observations = new ArrayList<Observation>();
        for (var item : received.items()) {
            Observation.read(item, received.at(), json).ifPresent(observations::add);
        }
        inventory.take(received.tenant(), received.agent(), observations);
    }
}
