package io.wardroom.audit.log;

import io.wardroom.common.audit.AuditAction;
import io.wardroom.common.event.Topics;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.listener.BatchListenerFailedException;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;

/// Brings deeds from Kafka into the log, a poll at a time.
@Component
class AuditActionListener {
    private final AuditLog log;
    private final Intake intake;

    AuditActionListener(AuditLog log, Intake intake) {
        this.log = log;
        this.intake = intake;
    }

    @KafkaListener(topics = Topics.AUDIT_ACTIONS, batch = "true")
    void on(List<ConsumerRecord<String, byte[]>> records) {
        var deeds = new ArrayList<AuditAction>(records.size());
        for (var i = 0; i < records.size(); i++) {
            try {
                deeds.add(intake.read(records.get(i).value()));
            } catch (JacksonException | IllegalArgumentException unreadable) {
                // the ones ahead of it are kept, it alone goes to the dead letters
                store(deeds);
                throw new BatchListenerFailedException("no audit action", unreadable, i);
            }
        }
        store(deeds);
    }

    private void store(List<AuditAction> deeds) {
        try {
            log.store(deeds);
        } catch (NonTransientDataAccessException | IllegalStateException refused) {
            if (refused instanceof NonTransientDataAccessResourceException) {
                throw refused;
            }
            storeEach(deeds);
        }
    }

    /// One that the database will not have must not take a whole poll with it.
    private void storeEach(List<AuditAction> deeds) {
        for (var i = 0; i < deeds.size(); i++) {
            try {
                log.store(List.of(deeds.get(i)));
            } catch (NonTransientDataAccessException | IllegalStateException refused) {
                if (refused instanceof NonTransientDataAccessResourceException) {
                    throw refused;
                }
                throw new BatchListenerFailedException("a deed that cannot be kept", refused, i);
            }
        }
    }
}
