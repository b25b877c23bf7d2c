package io.wardroom.common.audit;

import io.wardroom.common.event.EventOutbox;
import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import java.time.Clock;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

/// Writes deeds to the running transaction's outbox: what commits is on record, what rolls back is not.
public class AuditTrail {
    private static final String ON_RECORD = AuditTrail.class.getName() + ".ON_RECORD";

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
        noteInRequest();
    }

    /// Whether a deed was recorded for the request of this thread.
    static boolean isOnRecord() {
        var request = RequestContextHolder.getRequestAttributes();
        return request != null && request.getAttribute(ON_RECORD, RequestAttributes.SCOPE_REQUEST) != null;
    }

    private static void noteInRequest() {
        var request = RequestContextHolder.getRequestAttributes();
        if (request != null && TransactionSynchronizationManager.isSynchronizationActive()) {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    request.setAttribute(ON_RECORD, true, RequestAttributes.SCOPE_REQUEST);
                }
            });
        }
    }
}
