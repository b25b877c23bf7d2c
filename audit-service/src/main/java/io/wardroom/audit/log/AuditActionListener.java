package io.wardroom.audit.log;

import io.wardroom.common.audit.AuditAction;
import io.wardroom.common.event.Topics;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.listener.BatchListenerFailedException;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Brings deeds from Kafka into the log, a poll at a time.
@Component
class AuditActionListener {
    private final AuditLog log;
    private final JsonMapper json;

    AuditActionListener(AuditLog log, JsonMapper json) {
        this.log = log;
        this.json = json;
    }

    @KafkaListener(topics = Topics.AUDIT_ACTIONS, batch = "true")
    void on(List<ConsumerRecord<String, byte[]>> records) {
        var deeds = new ArrayList<AuditAction>(records.size());
        for (var i = 0; i < records.size(); i++) {
            try {
                deeds.add(json.readValue(records.get(i).value(), AuditAction.class));
            } catch (JacksonException | IllegalArgumentException unreadable) {
                // the ones ahead of it are kept, it alone goes to the dead letters
                log.store(deeds);
                throw new BatchListenerFailedException("no audit action", unreadable, i);
            }
        }
        log.store(deeds);
    }
}
