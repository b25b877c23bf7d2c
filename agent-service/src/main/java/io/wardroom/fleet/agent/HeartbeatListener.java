package io.wardroom.fleet.agent;

import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.event.Topics;
import io.wardroom.common.tenant.TenantScope;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.listener.BatchListenerFailedException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/// Takes heartbeats as signs of life. A heartbeat says nothing that its headers do not: who, and when.
@Component
class HeartbeatListener {
    private final Presence presence;
    private final TransactionTemplate transaction;

    HeartbeatListener(Presence presence, TransactionTemplate transaction) {
        this.presence = presence;
        this.transaction = transaction;
    }

    @KafkaListener(
            topics = Topics.TELEMETRY_HEARTBEATS,
            batch = "true",
            groupId = "${spring.kafka.consumer.group-id}-heartbeats")
    void on(List<ConsumerRecord<String, byte[]>> records) {
        var sightings = new ArrayList<Sighting>(records.size());
        for (var i = 0; i < records.size(); i++) {
            try {
                var headers = EventHeaders.read(records.get(i).headers());
                sightings.add(
                        new Sighting(headers.tenant(), UUID.fromString(headers.subject()), null, null, headers.time()));
            } catch (IllegalArgumentException | DateTimeException noEvent) {
                store(sightings);
                throw new BatchListenerFailedException("no heartbeat", noEvent, i);
            }
        }
        store(sightings);
    }

    private void store(List<Sighting> sightings) {
        TenantScope.everyTenant(() -> transaction.executeWithoutResult(_ -> presence.seen(sightings)));
    }
}
