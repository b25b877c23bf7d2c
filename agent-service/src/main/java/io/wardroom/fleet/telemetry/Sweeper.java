package io.wardroom.fleet.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/// Removes telemetry whose time is over: whole partitions once no tenant keeps them, before that the rows of tenants
/// that keep less, a few thousand at a time.
@Service
class Sweeper {
    private static final Duration PAUSE = Duration.ofHours(12);
    private static final Duration BUDGET = Duration.ofMinutes(1);
    private static final int TENANTS = 50;
    private static final int ROWS = 5_000;
    /// Batches may come seven days late and reopen an hour of a day that was swept.
    private static final int LATE_DAYS = 9;

    private static final int USAGE_DAYS = 400;

    private final RetentionRepository repository;
    private final Partitions partitions;
    private final TransactionOperations transactions;
    private final TelemetryProperties properties;
    private final Clock clock;
    private final Counter removed;

    Sweeper(
            RetentionRepository repository,
            Partitions partitions,
            TransactionOperations transactions,
            TelemetryProperties properties,
            Clock clock,
            MeterRegistry meters) {
        this.repository = repository;
        this.partitions = partitions;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
        this.removed = meters.counter("wardroom.telemetry.rows.expired");
    }

    /// Sweeps as far as the time for one run reaches; the next run goes on from there.
    ///
    /// @return how many rows were removed; dropped partitions are not counted
    int sweep() {
        return TenantScope.everyTenant(() -> {
            var today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
            var ofOthers = properties.retention();
            var longest = inTransaction(() -> repository.longest(ofOthers));
            partitions.dropOld(longest);
            inTransaction(() -> repository.forgetUsage(today.minusDays(USAGE_DAYS), ROWS));
            var due = inTransaction(() -> {
                repository.watch(today.minusDays(2));
                return repository.due(ofOthers, longest, clock.instant().minus(PAUSE), TENANTS);
            });
            var deadline = System.nanoTime() + BUDGET.toNanos();
            var count = 0;
            for (var tenant : due) {
                if (System.nanoTime() > deadline) {
                    break;
                }
                count += sweep(tenant, longest, today, deadline);
            }
            removed.increment(count);
            return count;
        });
    }

    private int sweep(Retention.Due due, Retention longest, LocalDate today, long deadline) {
        var raw = new Strip(due.tenant(), deadline, Partitions.HOURS, Partitions.BATCHES);
        raw.remove(
                from(due.rawUntil(), today.minusDays(longest.rawDays())),
                today.minusDays(due.kept().rawDays()));
        var hourly = new Strip(due.tenant(), deadline, Partitions.DAYS);
        hourly.remove(
                from(due.hourlyUntil(), today.minusDays(longest.hourlyDays())),
                today.minusDays(due.kept().hourlyDays()));
        inTransaction(() -> {
            repository.swept(due.tenant(), raw.until, hourly.until, clock.instant());
            return true;
        });
        return raw.count + hourly.count;
    }

    /// Where to begin: a month before the oldest partition that may still be there, or where the last run ended, and as
    /// far back as something late may have come since.
    private static LocalDate from(@Nullable LocalDate until, LocalDate oldest) {
        var all = oldest.minusDays(31);
        return until == null || until.minusDays(LATE_DAYS).isBefore(all) ? all : until.minusDays(LATE_DAYS);
    }

    /// The days of one tenant, one after the other.
    private final class Strip {
        private final TenantId tenant;
        private final long deadline;
        private final String[] tables;
        private LocalDate until = LocalDate.EPOCH;
        private int count;

        Strip(TenantId tenant, long deadline, String... tables) {
            this.tenant = tenant;
            this.deadline = deadline;
            this.tables = tables;
        }

        void remove(LocalDate first, LocalDate end) {
            until = first;
            while (until.isBefore(end) && System.nanoTime() < deadline) {
                for (var table : tables) {
                    var day = until;
                    for (var more = ROWS; more == ROWS; count += more) {
                        more = inTransaction(() -> repository.expire(table, tenant, day, day.plusDays(1), ROWS));
                    }
                }
                until = until.plusDays(1);
            }
        }
    }

    // each step in a transaction of its own: none holds its locks for long
    private <T> T inTransaction(Supplier<T> work) {
        var result = transactions.execute(_ -> work.get());
        if (result == null) {
            throw new IllegalStateException("a transaction ended without its result");
        }
        return result;
    }
}
