package io.wardroom.purple.catalogue;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.purple.catalogue.CatalogueSource.Bundle;
import io.wardroom.purple.catalogue.SyncCatalogue.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionTemplate;

/// Reads bundles into the catalogue and goes back to the version before; one at a time, on whichever replica.
///
/// A preview does all of it and then takes its transaction back.
@Service
class CatalogueSync {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogueSync.class);
    private static final String ENTITY = "catalogue";
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final CatalogueSource sources;
    private final CatalogueRepository repository;
    private final CatalogueProperties settings;
    private final ObjectProvider<CatalogueFollower> followers;
    private final AuditTrail audit;
    private final LockProvider locks;
    private final TransactionTemplate transaction;
    private final Clock clock;
    private volatile String trouble = "";

    CatalogueSync(
            CatalogueSource sources,
            CatalogueRepository repository,
            CatalogueProperties settings,
            ObjectProvider<CatalogueFollower> followers,
            AuditTrail audit,
            LockProvider locks,
            PlatformTransactionManager transactions,
            Clock clock) {
        this.sources = sources;
        this.repository = repository;
        this.settings = settings;
        this.followers = followers;
        this.audit = audit;
        this.locks = locks;
        this.transaction = new TransactionTemplate(transactions);
        this.clock = clock;
    }

    /// What kept the last sync on this replica from its bundle; empty if nothing did.
    String trouble() {
        return trouble;
    }

    Outcome sync(SyncCatalogue wish) {
        var outcome = alone(() -> fetchAndRead(wish), new Outcome.Busy());
        var refusal =
                switch (outcome) {
                    case Outcome.Done _, Outcome.Unchanged _, Outcome.Held _ -> null;
                    case Outcome.Broken(var why) -> List.of("BUNDLE_BROKEN", why);
                    case Outcome.Missing(var why) -> List.of("BUNDLE_MISSING", why);
                    case Outcome.Away(var why) -> List.of("UNAVAILABLE", why);
                    case Outcome.Busy() -> List.of("CONFLICT", "another sync is under way");
                };
        if (refusal != null) {
            LOG.atWarn().addKeyValue("source", wish.source()).log("the catalogue was not read: {}", refusal.getLast());
            record(wish, Map.of("why", refusal.getLast()), refusal.getFirst());
        } else if (wish.preview() || !(outcome instanceof Outcome.Done)) {
            record(wish, Map.of("preview", wish.preview()), null);
        }
        trouble = refusal == null ? "" : refusal.getLast();
        return outcome;
    }

    private Outcome fetchAndRead(SyncCatalogue wish) {
        try (var bundle = sources.find(wish.source())) {
            return wish.preview()
                    ? decided(state -> {
                        state.setRollbackOnly();
                        return read(wish, bundle);
                    })
                    : TenantScope.everyTenant((Supplier<Outcome>) () -> decided(state -> {
                        var outcome = read(wish, bundle);
                        if (!(outcome instanceof Outcome.Done)) {
                            state.setRollbackOnly();
                        }
                        return outcome;
                    }));
        } catch (CatalogueSource.Missing missing) {
            return new Outcome.Missing(missing.why());
        } catch (CatalogueSource.Away away) {
            return new Outcome.Away(away.why());
        } catch (BrokenBundle broken) {
            return new Outcome.Broken(broken.why());
        } catch (IOException | UncheckedIOException unreadable) {
            return new Outcome.Broken("the bundle cannot be read: " + unreadable.getMessage());
        }
    }

    private Outcome read(SyncCatalogue wish, Bundle bundle) {
        var before = repository.current().orElse(null);
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var number = repository.begin(before == null ? null : before.catalogue(), bundle.name(), wish.name(), now);
        var rows = repository.rows(number);
        var draft = new BundleDraft(rows);
        var digest = sha256();
        String stix;
        try (var text = new DigestInputStream(bundle.open(), digest)) {
            stix = BundleReader.read(text, settings.mostBytes(), draft::take);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        rows.flush();
        var sha256 = HexFormat.of().formatHex(digest.digest());
        if (before != null && before.sha256().equals(sha256)) {
            return new Outcome.Unchanged(before);
        }
        var whole = draft.whole();
        if (before != null && !before.domain().equals(whole.domain())) {
            throw new BrokenBundle("this is %s, the catalogue holds %s".formatted(whole.domain(), before.domain()));
        }
        var version = new CatalogueVersion(
                number,
                before == null ? null : before.catalogue(),
                whole.domain(),
                whole.name(),
                whole.version().isEmpty()
                        ? CatalogueSource.versionIn(bundle.name()).orElse("unknown")
                        : whole.version(),
                stix,
                bundle.name(),
                sha256,
                Map.of("objects", whole.types(), "relations", whole.relations()),
                now,
                wish.name(),
                false);
        if (wish.by() == null && repository.wasRolledBack(sha256)) {
            return new Outcome.Held(version.version());
        }
        return write(wish, before, version, whole);
    }

    private Outcome write(
            SyncCatalogue wish, @Nullable CatalogueVersion before, CatalogueVersion version, BundleDraft.Whole whole) {
        var number = version.catalogue();
        var old = before == null ? List.<CatalogueTechnique>of() : repository.techniques(before.catalogue());
        var diff = CatalogueDiff.between(old, whole.techniques(), number);
        repository.removeRelations(number, whole.dangling());
        repository.insertTactics(number, whole.tactics());
        repository.insertTechniques(number, diff.techniques());
        repository.describe(version, diff.changes());
        var touches = restingOn(wish.by(), diff.concerned(number));
        repository.makeCurrent(number);
        if (!wish.preview()) {
            followers.orderedStream().forEach(follower -> follower.follow(number, diff.moves()));
            repository.forget(settings.kept());
            audit.record(
                    deed(wish.by(), "sync_mitre", number)
                            .with("version", version.version())
                            .with("sha256", version.sha256())
                            .with("source", version.source())
                            .with("before", before == null ? "" : before.version())
                            .with("new", diff.changes().fresh().size())
                            .with("updated", diff.changes().updated()),
                    wish.caller());
            LOG.atInfo()
                    .addKeyValue("version", version.version())
                    .addKeyValue("catalogue", number)
                    .addKeyValue(
                            "objects",
                            whole.types().values().stream()
                                    .mapToInt(Integer::intValue)
                                    .sum())
                    .log("the catalogue was read");
        }
        return new Outcome.Done(
                version, before, diff.changes(), touches, diff.moves().size());
    }

    private Map<String, Long> restingOn(@Nullable Actor by, List<UUID> techniques) {
        var touches = new TreeMap<String, Long>();
        if (by != null && !techniques.isEmpty()) {
            followers.orderedStream().forEach(follower -> touches.putAll(follower.restingOn(by.tenant(), techniques)));
        }
        return touches;
    }

    /// Makes the version before the current one current again. All it said is there still, byte for byte; what was
    /// carried to successors goes back.
    RollBack rollBack(Actor actor, Caller caller) {
        return alone(
                () -> TenantScope.everyTenant((Supplier<RollBack>) () -> decided(_ -> goBack(actor, caller))),
                new RollBack.Busy());
    }

    private RollBack goBack(Actor actor, Caller caller) {
        var from = repository.current().orElse(null);
        var parent = from == null ? null : from.parent();
        var to = parent == null ? null : repository.find(parent).orElse(null);
        if (from == null || to == null) {
            audit.record(deed(actor, "roll_back_mitre", null).refused("CONFLICT"), caller);
            return new RollBack.NothingBefore();
        }
        repository.makeCurrent(to.catalogue());
        repository.markRolledBack(from.catalogue());
        // who came last goes back first
        var restored = followers.orderedStream().toList().reversed().stream()
                .mapToInt(follower -> follower.takeBack(from.catalogue()))
                .sum();
        audit.record(
                deed(actor, "roll_back_mitre", to.catalogue())
                        .with("from", from.version())
                        .with("to", to.version())
                        .with("restored", restored),
                caller);
        return new RollBack.Done(from, to, restored);
    }

    private <T> T decided(TransactionCallback<T> work) {
        return Objects.requireNonNull(transaction.execute(work));
    }

    private <T> T alone(Supplier<T> work, T busy) {
        var lock = locks.lock(new LockConfiguration(clock.instant(), "catalogue-import", LONGEST, Duration.ZERO));
        if (lock.isEmpty()) {
            return busy;
        }
        try {
            return work.get();
        } finally {
            lock.get().unlock();
        }
    }

    private void record(SyncCatalogue wish, Map<String, Object> details, @Nullable String refusal) {
        var deed = deed(wish.by(), wish.preview() ? "preview_mitre_sync" : "sync_mitre", null);
        for (var detail : details.entrySet()) {
            deed = deed.with(detail.getKey(), detail.getValue());
        }
        var told = refusal == null ? deed : deed.refused(refusal);
        transaction.executeWithoutResult(_ -> audit.record(told, wish.caller()));
    }

    private static Deed deed(@Nullable Actor by, String action, @Nullable Object catalogue) {
        return by == null
                ? Deed.bySystem(TenantId.PLATFORM, action, ENTITY, catalogue)
                : Deed.by(by, action, ENTITY, catalogue);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
