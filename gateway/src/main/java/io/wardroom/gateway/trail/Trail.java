package io.wardroom.gateway.trail;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.gateway.work.Workers;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/// Puts what people do at the gateway on record where nothing else is written to the database.
@Component
public class Trail {
    private final AuditTrail audit;
    private final Workers workers;

    Trail(AuditTrail audit, Workers workers) {
        this.audit = audit;
        this.workers = workers;
    }

    /// Ends once the deed is on record.
    public Mono<Void> record(Deed deed, Caller caller) {
        return workers.<Void>inTransaction(deed.tenant(), () -> {
            audit.record(deed, caller);
            return null;
        });
    }
}
