package io.wardroom.gateway.login;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.tenant.TenantScope;
import java.time.Duration;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/// Puts logins on record, on threads of its own: the database is no work for an event loop.
@Component
class LoginTrail implements DisposableBean {
    private static final int WORKERS = 4;
    private static final int MOST_WAITING = 200;
    private static final int IDLE_SECONDS = 60;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final AuditTrail audit;
    private final TransactionTemplate transactions;
    private final Scheduler workers = Schedulers.newBoundedElastic(WORKERS, MOST_WAITING, "audit", IDLE_SECONDS);

    LoginTrail(AuditTrail audit, PlatformTransactionManager transactions) {
        this.audit = audit;
        this.transactions = new TransactionTemplate(transactions);
    }

    Mono<Void> record(Deed deed, Caller caller) {
        return Mono.<Void>fromRunnable(() -> TenantScope.within(deed.tenant(), () -> {
                    transactions.executeWithoutResult(_ -> audit.record(deed, caller));
                    return deed;
                }))
                .subscribeOn(workers)
                .timeout(PATIENCE);
    }

    @Override
    public void destroy() {
        workers.dispose();
    }
}
