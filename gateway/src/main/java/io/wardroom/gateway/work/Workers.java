package io.wardroom.gateway.work;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/// Threads for the database, which is no work for an event loop.
@Component
public class Workers implements DisposableBean {
    private static final int WORKERS = 4;
    private static final int MOST_WAITING = 200;
    private static final int IDLE_SECONDS = 60;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final TransactionTemplate transactions;
    private final Scheduler scheduler = Schedulers.newBoundedElastic(WORKERS, MOST_WAITING, "database", IDLE_SECONDS);

    Workers(PlatformTransactionManager transactions) {
        this.transactions = new TransactionTemplate(transactions);
    }

    /// Runs `work` in one transaction that sees the rows of one tenant.
    ///
    /// @return what it answers; empty for null
    public <T> Mono<T> inTransaction(TenantId tenant, Supplier<@Nullable T> work) {
        return queued(() -> TenantScope.within(tenant, () -> transactions.execute(_ -> work.get())));
    }

    /// The same, but seeing every tenant's rows: for a caller whose tenant is yet to be found out.
    public <T> Mono<T> inTransactionForAny(Supplier<@Nullable T> work) {
        return queued(() -> TenantScope.<@Nullable T>everyTenant(() -> transactions.execute(_ -> work.get())));
    }

    private <T> Mono<T> queued(Callable<@Nullable T> work) {
        return Mono.<T>fromCallable(work).subscribeOn(scheduler).timeout(PATIENCE);
    }

    @Override
    public void destroy() {
        scheduler.dispose();
    }
}
