package io.wardroom.gateway.work;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import reactor.core.publisher.Mono;

/// Threads for work that changes something at another server and the database alike. Each piece is one transaction,
/// done as a whole or not at all, and carried to its end once begun, whether its caller still waits or not.
@Component
public class Errands implements DisposableBean {
    private static final int THREADS = 3;
    private static final int MOST_WAITING = 100;
    private static final Duration LONGEST_STOP = Duration.ofSeconds(15);

    private final TransactionTemplate transactions;
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            Thread.ofPlatform().name("errand-", 1).factory());

    Errands(PlatformTransactionManager transactions) {
        this.transactions = new TransactionTemplate(transactions);
    }

    /// Runs `work`, which may block, in a transaction that sees the rows of one tenant.
    public <T> Mono<T> run(TenantId tenant, Function<Errand, T> work) {
        return queued(() -> TenantScope.within(tenant, () -> wholeOrNot(work)));
    }

    /// The same, but seeing every tenant's rows: for a caller whose tenant is yet to be found out.
    public <T> Mono<T> runForAny(Function<Errand, T> work) {
        return queued(() -> now(work));
    }

    /// As [#runForAny], on the calling thread.
    public <T> T now(Function<Errand, T> work) {
        return TenantScope.everyTenant(() -> wholeOrNot(work));
    }

    private <T> Mono<T> queued(Supplier<T> work) {
        return Mono.fromFuture(() -> CompletableFuture.supplyAsync(work, threads), true);
    }

    private <T> T wholeOrNot(Function<Errand, T> work) {
        var errand = new Errand();
        try {
            var outcome = transactions.execute(transaction -> {
                var result = work.apply(errand);
                if (errand.isTakenBack()) {
                    transaction.setRollbackOnly();
                }
                return result;
            });
            if (errand.isTakenBack()) {
                errand.undo();
            }
            return outcome;
        } catch (RuntimeException | Error failure) {
            errand.undo();
            throw failure;
        }
    }

    @Override
    public void destroy() throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
            threads.shutdownNow();
        }
    }
}
