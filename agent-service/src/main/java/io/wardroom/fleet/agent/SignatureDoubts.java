package io.wardroom.fleet.agent;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.Inbox;
import io.wardroom.fleet.agent.SignatureListener.SignatureEvent;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/// Turns refused and unsigned batches into anomalies, and the refused ones into rows of the audit log: one an agent,
/// kind and minute, as ingest-service counts them.
@Service
class SignatureDoubts {
    private final Inbox inbox;
    private final Anomalies anomalies;
    private final AuditTrail audit;
    private final TransactionTemplate transaction;

    SignatureDoubts(Inbox inbox, Anomalies anomalies, AuditTrail audit, TransactionTemplate transaction) {
        this.inbox = inbox;
        this.anomalies = anomalies;
        this.audit = audit;
        this.transaction = transaction;
    }

    /// Safe to call twice with the same event.
    void take(UUID eventId, TenantId tenant, SignatureEvent event) {
        TenantScope.within(tenant, () -> {
            transaction.executeWithoutResult(_ -> {
                if (inbox.accept(eventId)) {
                    anomalies.open(tenant, event.agentId(), event.kind(), event.severity(), event.summary(), Map.of());
                    if (event.refused()) {
                        audit.record(
                                Deed.byAgent(tenant, event.agentId(), "ingest_batch", "agent", event.agentId())
                                        .refused(event.kind().toUpperCase(Locale.ROOT)),
                                event.caller());
                    }
                }
            });
            return null;
        });
    }
}
