package io.wardroom.common.audit;

import io.wardroom.common.event.EventOutbox;
import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import java.time.Clock;

/// Writes deeds to the running transaction's outbox: what commits is on record, what rolls back is not.
public class AuditTrail {
    private final EventOutbox outbox;
    private final Clock clock;

    AuditTrail(EventOutbox outbox, Clock clock) {
        this.outbox = outbox;
        this.clock = clock;
    }

    /// Records `deed` for the caller.
    ///
    /// @throws org.springframework.transaction.IllegalTransactionStateException outside a transaction
    public void record(Deed deed, Caller caller) {
        var action = new AuditAction(
                UuidV7.next(),
                deed.tenant().value(),
                deed.actorType(),
                deed.userId(),
                deed.username(),
                deed.action(),
                deed.entityType(),
                deed.entityId(),
                clock.instant(),
                deed.refusal() == null ? "success" : "refused",
                deed.refusal(),
                caller.sourceIp(),
                caller.userAgent(),
                caller.requestId(),
                deed.details());
        outbox.append(Topics.AUDIT_ACTIONS, AuditAction.TYPE, deed.tenant().toString(), deed.tenant(), action);
    }
}
