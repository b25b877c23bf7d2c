package io.wardroom.audit.deadletter;

import io.micrometer.core.instrument.MeterRegistry;
import io.namastack.outbox.Outbox;
import io.wardroom.audit.deadletter.DeadLetterRepository.Filter;
import io.wardroom.audit.deadletter.DeadLetterRepository.Page;
import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.tenant.TenantScope;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/// Keeps dead letters, so many of each topic, and sends one back when an administrator says so: once.
@Service
class DeadLetters {
    private static final String ENTITY = "dead_letter";
    private static final String VERB = "replay_dead_letter";
    private static final int A_STEP = 1_000;
    private static final int STEPS = 100;

    private final DeadLetterRepository repository;
    private final DeadLetterProperties settings;
    private final Outbox outbox;
    private final AuditTrail audit;
    private final MeterRegistry meters;
    private final TransactionTemplate transaction;
    private final Clock clock;

    DeadLetters(
            DeadLetterRepository repository,
            DeadLetterProperties settings,
            Outbox outbox,
            AuditTrail audit,
            MeterRegistry meters,
            TransactionTemplate transaction,
            Clock clock) {
        this.repository = repository;
        this.settings = settings;
        this.outbox = outbox;
        this.audit = audit;
        this.meters = meters;
        this.transaction = transaction;
        this.clock = clock;
    }

    /// Keeps them all or none. Safe to call again with the same ones: a record is known by where it lay.
    void keep(Collection<BuriedRecord> records) {
        List<BuriedRecord> fresh = TenantScope.everyTenant(() -> Objects.requireNonNull(transaction.execute(_ -> {
            var kept = records.stream().filter(repository::insert).toList();
            kept.stream()
                    .map(BuriedRecord::topic)
                    .distinct()
                    .forEach(topic -> countForgotten(repository.trim(topic, settings.most())));
            return kept;
        })));
        fresh.forEach(record ->
                meters.counter("wardroom.dead.letters", "topic", record.topic()).increment());
    }

    Page list(Filter filter, int offset, int limit) {
        return TenantScope.everyTenant(
                () -> Objects.requireNonNull(transaction.execute(_ -> repository.list(filter, offset, limit))));
    }

    /// The claim, the way back and the deed's row commit together; the relay does the rest, as with any event.
    ReplayDeadLetter.Outcome replay(ReplayDeadLetter wish) {
        return TenantScope.everyTenant(() -> Objects.requireNonNull(transaction.execute(_ -> {
            var deed = Deed.by(wish.actor(), VERB, ENTITY, wish.id());
            var claimed =
                    repository.claim(wish.id(), clock.instant(), wish.actor().username());
            var letter = repository.find(wish.id()).orElse(null);
            if (letter == null) {
                audit.record(deed.refused("NOT_FOUND"), wish.caller());
                return new ReplayDeadLetter.Outcome.NoSuchLetter();
            }
            var told = deed.with("topic", letter.topic())
                    .with("tenant_id", letter.tenant().toString());
            if (!claimed) {
                audit.record(told.refused("CONFLICT"), wish.caller());
                return new ReplayDeadLetter.Outcome.ReplayedBefore(letter);
            }
            outbox.schedule(new Replay(wish.id()), "replay/" + wish.id());
            audit.record(told, wish.caller());
            return new ReplayDeadLetter.Outcome.Taken(letter);
        })));
    }

    @Scheduled(cron = "0 37 * * * *")
    @SchedulerLock(name = "dead-letters-forget", lockAtMostFor = "10m", lockAtLeastFor = "1m")
    public void forgetOld() {
        var before = clock.instant().minus(settings.retention());
        for (var step = 0; step < STEPS; step++) {
            int gone = TenantScope.everyTenant(
                    () -> Objects.requireNonNull(transaction.execute(_ -> repository.forget(before, A_STEP))));
            if (gone < A_STEP) {
                return;
            }
        }
    }

    /// What the database will not have, one by one, so that it takes no other along.
    void keepEach(List<BuriedRecord> records, Refusal refusal) {
        for (var record : records) {
            try {
                keep(List.of(record));
            } catch (RuntimeException failure) {
                refusal.of(record, failure);
            }
        }
    }

    /// What becomes of one that cannot be kept; it may throw on.
    @FunctionalInterface
    interface Refusal {
        void of(BuriedRecord record, RuntimeException cause);
    }

    private void countForgotten(int gone) {
        if (gone > 0) {
            meters.counter("wardroom.dead.letters.dropped").increment(gone);
        }
    }
}
