package io.wardroom.audit.log;

import io.wardroom.audit.log.AuditLogRepository.Filter;
import io.wardroom.audit.log.AuditLogRepository.Page;
import io.wardroom.audit.log.AuditLogRepository.ProvenRow;
import io.wardroom.audit.proof.Checkpoints;
import io.wardroom.audit.proof.Trees;
import io.wardroom.common.audit.AuditAction;
import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/// Keeps every deed once, gives it its place in the tenant's tree and shows a tenant its own. Who reads the log is on
/// record, too: one row a read, in the transaction of the read.
@Service
class AuditLog {
    private static final int A_STEP = 500;
    private static final int STEPS = 100;

    private final AuditLogRepository repository;
    private final Trees trees;
    private final Checkpoints checkpoints;
    private final CanonicalRow canonical;
    private final AuditTrail audit;
    private final TransactionTemplate transaction;

    AuditLog(
            AuditLogRepository repository,
            Trees trees,
            Checkpoints checkpoints,
            CanonicalRow canonical,
            AuditTrail audit,
            TransactionTemplate transaction) {
        this.repository = repository;
        this.trees = trees;
        this.checkpoints = checkpoints;
        this.canonical = canonical;
        this.audit = audit;
        this.transaction = transaction;
    }

    /// Who reads, and how the request came.
    record Reader(Actor actor, Caller caller) {
        /// A platform administrator also sees what belongs to no tenant, refused logins of unknown names for one.
        List<TenantId> tenants() {
            return actor.platformAdmin() ? List.of(actor.tenant(), TenantId.PLATFORM) : List.of(actor.tenant());
        }
    }

    /// Stores deeds and appends them to their trees. Safe to call again with the same ones: a row is known by its id.
    void store(List<AuditAction> deeds) {
        if (deeds.isEmpty()) {
            return;
        }
        // ahead of the transaction: others wait for the trees as long as it runs
        var entries = deeds.stream().map(this::entry).toList();
        var tenants = deeds.stream()
                .map(deed -> new TenantId(deed.tenantId()))
                .distinct()
                .toList();
        TenantScope.everyTenant(() -> transaction.executeWithoutResult(_ -> {
            trees.lock(tenants);
            var fresh = repository.insert(deeds);
            var grown = new ArrayList<Trees.Entry>(fresh.size());
            for (var entry : entries) {
                if (fresh.remove(entry.row())) {
                    grown.add(entry);
                }
            }
            if (!grown.isEmpty()) {
                trees.append(grown);
            }
        }));
    }

    private Trees.Entry entry(AuditAction deed) {
        var salt = canonical.newSalt();
        return new Trees.Entry(new TenantId(deed.tenantId()), deed.id(), canonical.of(deed, salt), salt);
    }

    /// Gives rows a leaf that came into the log by another way: from before there were trees, the trace of an erasure.
    @Scheduled(fixedDelayString = "${wardroom.audit.log.catch-up-every:2s}")
    @SchedulerLock(name = "audit-catch-up", lockAtMostFor = "10m")
    public void catchUp() {
        for (var step = 0; step < STEPS; step++) {
            if (catchUpSome() < A_STEP) {
                return;
            }
        }
    }

    private int catchUpSome() {
        return TenantScope.everyTenant(() -> inTransaction(() -> {
            var rows = repository.takeUnproven(A_STEP);
            if (!rows.isEmpty()) {
                trees.append(rows.stream().map(this::entry).toList());
            }
            return rows.size();
        }));
    }

    Page list(Reader reader, Filter filter, int offset, int limit) {
        return read(reader, null, filter.told("list"), () -> repository.list(reader.tenants(), filter, offset, limit));
    }

    List<String> actions(Reader reader) {
        return read(reader, null, Map.of("read", "actions"), () -> repository.distinct(reader.tenants(), "action"));
    }

    List<String> entityTypes(Reader reader) {
        return read(
                reader,
                null,
                Map.of("read", "entity_types"),
                () -> repository.distinct(reader.tenants(), "entity_type"));
    }

    /// @param leafInput what the leaf is the hash of; null once the row was erased
    record Proof(
            UUID entry,
            TenantId tenant,
            long leafIndex,
            byte[] leafHash,
            long treeSize,
            List<byte[]> hashes,
            byte @Nullable [] leafInput) {}

    /// Every way the question for a proof can end.
    sealed interface AskProof {
        record Proven(Proof proof) implements AskProof {}

        record NoSuchRow() implements AskProof {}

        record NotInThatTree(long leafIndex, long size) implements AskProof {}
    }

    /// @param treeSize the tree that the proof leads to; null for that of the newest checkpoint
    AskProof proof(Reader reader, UUID id, @Nullable Long treeSize) {
        return read(reader, id, Map.of("read", "proof"), () -> trees.find(reader.tenants(), id)
                .map(place -> proofOf(id, place, treeSize))
                .orElseGet(AskProof.NoSuchRow::new));
    }

    private AskProof proofOf(UUID id, Trees.Place place, @Nullable Long asked) {
        var size = trees.size(place.tenant());
        if (asked != null && (asked <= place.index() || asked > size)) {
            return new AskProof.NotInThatTree(place.index(), size);
        }
        var treeSize = asked == null
                ? checkpoints.covering(place.tenant(), place.index()).treeSize()
                : asked;
        return new AskProof.Proven(new Proof(
                id,
                place.tenant(),
                place.index(),
                place.hash(),
                treeSize,
                trees.inclusion(place.tenant(), place.index(), treeSize),
                repository
                        .find(place.tenant(), id)
                        .map(row -> inputOf(row, place.salt()))
                        .orElse(null)));
    }

    private byte @Nullable [] inputOf(AuditAction row, byte @Nullable [] salt) {
        return salt == null ? null : canonical.of(row, salt);
    }

    /// What an export goes through: rows that come later are left to the next one.
    ///
    /// @param size how many leaves the tree had when it was asked for
    record Export(TenantId tenant, Filter filter, long size) {}

    /// Puts the export on record, ahead of its first row.
    Optional<Export> export(Reader reader, @Nullable UUID tenantId, String format, Filter filter) {
        return reader.tenants().stream()
                .filter(tenant -> tenantId == null || tenant.value().equals(tenantId))
                .findFirst()
                .map(tenant -> {
                    var told = filter.told("export");
                    told.put("format", format);
                    return read(
                            reader,
                            null,
                            told,
                            () -> new Export(tenant, filter, TenantScope.within(tenant, () -> trees.size(tenant))));
                });
    }

    /// @param leafInput what its leaf is the hash of; null once the row was erased
    record ExportedRow(ProvenRow row, byte @Nullable [] leafInput) {}

    /// The rows of an export among so many leaves from that one on, in the order of the tree.
    List<ExportedRow> part(Export export, long from, int leaves) {
        var to = Math.min(export.size(), from + leaves);
        var rows = TenantScope.within(
                export.tenant(),
                () -> inTransaction(() -> repository.leaves(export.tenant(), export.filter(), from, to)));
        return rows.stream()
                .map(row -> {
                    var deed = row.deed();
                    return new ExportedRow(row, deed == null ? null : inputOf(deed, row.salt()));
                })
                .toList();
    }

    private <T> T read(Reader reader, @Nullable UUID id, Map<String, Object> told, Supplier<T> work) {
        return TenantScope.within(
                reader.tenants(),
                () -> inTransaction(() -> {
                    repository.limitTime();
                    var found = work.get();
                    var deed = Deed.by(reader.actor(), "audit_log_read", "audit_log", id);
                    for (var detail : told.entrySet()) {
                        deed = deed.with(detail.getKey(), detail.getValue());
                    }
                    audit.record(deed, reader.caller());
                    return found;
                }));
    }

    private <T> T inTransaction(Supplier<T> work) {
        return Objects.requireNonNull(transaction.execute(_ -> work.get()));
    }
}
