package io.wardroom.purple.evidence;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.event.EventOutbox;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.purple.PurpleTopics;
import io.wardroom.purple.evidence.StoreEvidence.Outcome;
import io.wardroom.purple.schedule.ClusteredJob;
import io.wardroom.purple.schedule.ClusteredJob.Ran;
import io.wardroom.purple.test.Side;
import io.wardroom.purple.test.TestState;
import io.wardroom.purple.test.Tests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.tika.Tika;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/// Files beside tests. A file's row comes first, its bytes go to the store outside of any transaction, and then the row
/// is made whole: what is cut off in between is nobody's evidence and is swept away.
@Service
class Evidences {
    private static final String ENTITY = "evidence";
    private static final String VERB = "upload_evidence";
    private static final Duration GIVEN_UP = Duration.ofHours(1);
    private static final int SWEPT_AT_ONCE = 100;

    private final EvidenceRepository repository;
    private final EvidenceProperties properties;
    private final FileStore store;
    private final Tests tests;
    private final AuditTrail audit;
    private final EventOutbox outbox;
    private final TransactionTemplate transaction;
    private final Clock clock;
    private final Tika tika = new Tika();

    Evidences(
            EvidenceRepository repository,
            EvidenceProperties properties,
            FileStore store,
            Tests tests,
            AuditTrail audit,
            EventOutbox outbox,
            PlatformTransactionManager transactions,
            Clock clock) {
        this.repository = repository;
        this.properties = properties;
        this.store = store;
        this.tests = tests;
        this.audit = audit;
        this.outbox = outbox;
        this.transaction = new TransactionTemplate(transactions);
        this.clock = clock;
    }

    Outcome store(StoreEvidence wish) {
        var contentType = typeOf(wish);
        var begun = Objects.requireNonNull(transaction.execute(_ -> begin(wish, contentType)));
        if (!(begun instanceof Outcome.Stored(var evidence))) {
            return begun;
        }
        try {
            var sha256 = store.put(evidence.objectKey(), evidence.fileName(), wish.file(), wish.size());
            var finished = Objects.requireNonNull(transaction.execute(_ -> finish(wish, evidence, sha256)));
            if (!(finished instanceof Outcome.Stored)) {
                store.delete(evidence.objectKey());
                transaction.executeWithoutResult(_ -> repository.delete(evidence.id()));
            }
            return finished;
        } catch (UncheckedIOException cutOff) {
            throw new IllegalStateException("evidence %s was cut off".formatted(evidence.id()), cutOff);
        }
    }

    private String typeOf(StoreEvidence wish) {
        try (var beginning = wish.file().getInputStream()) {
            return tika.detect(beginning, wish.fileName());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private Outcome begin(StoreEvidence wish, String contentType) {
        var tenant = wish.actor().tenant();
        var test = tests.hold(tenant, wish.test()).orElse(null);
        if (test == null) {
            return refused(wish, "NOT_FOUND", new Outcome.NoSuchTest());
        }
        var team = teamOf(wish, test.state());
        if (!Side.of(wish.actor().role()).isOn(team)) {
            return refused(wish, "FORBIDDEN", new Outcome.OtherTeam());
        }
        if (!isOpen(wish.actor(), team, test.state())) {
            return refused(wish, "BUSINESS_RULE", new Outcome.NotInThisState(test.state()));
        }
        if (repository.count(tenant, wish.test()) >= properties.most()) {
            return refused(wish, "BUSINESS_RULE", new Outcome.TooMany(properties.most()));
        }
        var id = UuidV7.next();
        var evidence = new Evidence(
                id,
                wish.test(),
                team,
                FileName.safe(wish.fileName()),
                contentType,
                wish.size(),
                null,
                wish.notes(),
                "evidence/%s/%s/%s".formatted(tenant, wish.test(), id),
                wish.actor().id(),
                wish.actor().username(),
                clock.instant().truncatedTo(ChronoUnit.MICROS));
        repository.insert(tenant, evidence);
        return new Outcome.Stored(evidence);
    }

    private static Side teamOf(StoreEvidence wish, TestState state) {
        if (wish.team() != null) {
            return wish.team();
        }
        var own = Side.of(wish.actor().role());
        if (own == Side.RED || own == Side.BLUE) {
            return own;
        }
        return state == TestState.BLUE_EVALUATING ? Side.BLUE : Side.RED;
    }

    private static boolean isOpen(Actor actor, Side team, TestState state) {
        if (Side.of(actor.role()) == Side.BOTH) {
            return true;
        }
        return team == Side.RED
                ? state == TestState.DRAFT || state == TestState.RED_EXECUTING
                : state == TestState.BLUE_EVALUATING;
    }

    /// What others read of it.
    record Uploaded(
            UUID evidenceId,
            UUID testId,
            UUID tenantId,
            String team,
            String contentType,
            long sizeBytes,
            String sha256Hash,
            String uploadedBy,
            Instant uploadedAt) {}

    private Outcome finish(StoreEvidence wish, Evidence begun, String sha256) {
        var tenant = wish.actor().tenant();
        // it may have been handed on while the file was on its way
        var state = tests.hold(tenant, wish.test()).orElseThrow().state();
        if (!isOpen(wish.actor(), begun.team(), state)) {
            return refused(wish, "BUSINESS_RULE", new Outcome.NotInThisState(state));
        }
        if (!repository.finish(tenant, begun.id(), sha256)) {
            throw new IllegalStateException("evidence %s was swept away on its way".formatted(begun.id()));
        }
        var evidence = repository.find(tenant, begun.id()).orElseThrow();
        audit.record(
                Deed.by(wish.actor(), VERB, ENTITY, evidence.id())
                        .with("test_id", evidence.testId())
                        .with("team", evidence.team().spelled())
                        .with("file_name", evidence.fileName())
                        .with("size_bytes", evidence.sizeBytes())
                        .with("sha256", sha256),
                wish.caller());
        outbox.append(
                PurpleTopics.TESTS,
                "io.wardroom.evidence.uploaded.v1",
                evidence.testId().toString(),
                tenant,
                new Uploaded(
                        evidence.id(),
                        evidence.testId(),
                        tenant.value(),
                        evidence.team().spelled(),
                        evidence.contentType(),
                        evidence.sizeBytes(),
                        sha256,
                        evidence.uploadedByName(),
                        evidence.uploadedAt()));
        return new Outcome.Stored(evidence);
    }

    private Outcome refused(StoreEvidence wish, String why, Outcome outcome) {
        audit.record(
                Deed.by(wish.actor(), VERB, ENTITY, null)
                        .with("test_id", wish.test())
                        .refused(why),
                wish.caller());
        return outcome;
    }

    record Page(List<Evidence> items, long total) {}

    /// @return nothing where there is no such test
    @Transactional(readOnly = true)
    Optional<Page> list(TenantId tenant, Side reader, UUID test, int offset, int limit) {
        return tests.see(tenant, test).map(seen -> {
            var withBlue = reader.seesFindings(seen.state());
            return new Page(
                    repository.list(tenant, test, withBlue, offset, limit),
                    repository.countSeen(tenant, test, withBlue));
        });
    }

    record Fetched(Evidence evidence, URI link) {}

    /// Gives an address for a download, and puts on record to whom.
    @Transactional
    Optional<Fetched> fetch(Actor actor, Caller caller, UUID id) {
        var tenant = actor.tenant();
        var evidence = repository.find(tenant, id).filter(found -> isSeen(actor, found));
        evidence.ifPresent(found -> audit.record(
                Deed.by(actor, "download_evidence", ENTITY, id)
                        .with("test_id", found.testId())
                        .with("file_name", found.fileName()),
                caller));
        return evidence.map(found -> new Fetched(found, store.link(found.objectKey(), found.fileName())));
    }

    private boolean isSeen(Actor actor, Evidence evidence) {
        return evidence.team() == Side.RED
                || tests.see(actor.tenant(), evidence.testId())
                        .filter(test -> Side.of(actor.role()).seesFindings(test.state()))
                        .isPresent();
    }

    URI link(Evidence evidence) {
        return store.link(evidence.objectKey(), evidence.fileName());
    }

    @Configuration(proxyBeanMethods = false)
    static class Declared {
        @Bean
        ClusteredJob evidenceSweepJob(Evidences evidences) {
            return new ClusteredJob(
                    "evidence_sweep",
                    "Removal of Unfinished Evidence",
                    "0 29 * * * *",
                    Duration.ofMinutes(10),
                    () -> new Ran.Succeeded("%d removed".formatted(evidences.sweep())));
        }
    }

    /// Removes what was never whole.
    ///
    /// @return how many files
    int sweep() {
        return TenantScope.everyTenant((Supplier<Integer>) () -> {
            var before = clock.instant().minus(GIVEN_UP);
            var unfinished =
                    Objects.requireNonNull(transaction.execute(_ -> repository.unfinished(before, SWEPT_AT_ONCE)));
            for (var evidence : unfinished) {
                store.delete(evidence.objectKey());
                transaction.executeWithoutResult(_ -> repository.delete(evidence.id()));
            }
            return unfinished.size();
        });
    }
}
