package io.wardroom.audit.proof;

import io.wardroom.common.event.EventOutbox;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/// Signs what the trees have become: each second those that grew, and one at once where a proof needs it.
@Service
public class Checkpoints {
    /// Where they are published, compacted.
    public static final String TOPIC = CheckpointSigned.TOPIC;

    private static final int A_STEP = 100;
    private static final int STEPS = 50;

    private final Trees trees;
    private final TreeRepository repository;
    private final CheckpointSigner signer;
    private final EventOutbox outbox;
    private final ArchiveProperties archive;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Checkpoints(
            Trees trees,
            TreeRepository repository,
            CheckpointSigner signer,
            EventOutbox outbox,
            ArchiveProperties archive,
            TransactionTemplate transaction,
            Clock clock) {
        this.trees = trees;
        this.repository = repository;
        this.signer = signer;
        this.outbox = outbox;
        this.archive = archive;
        this.transaction = transaction;
        this.clock = clock;
    }

    @Scheduled(fixedDelayString = "${wardroom.audit.proof.sign-every:1s}")
    @SchedulerLock(name = "audit-checkpoints", lockAtMostFor = "1m")
    public void signGrown() {
        for (var step = 0; step < STEPS; step++) {
            if (signSome() < A_STEP) {
                return;
            }
        }
    }

    private int signSome() {
        return TenantScope.everyTenant(() -> Objects.requireNonNull(transaction.execute(_ -> {
            var grown = repository.takeGrown(A_STEP);
            // read behind the taking: an append that marks its tree later finds it off the list and puts it there again
            grown.forEach(this::sign);
            return grown.size();
        })));
    }

    /// The newest checkpoint that covers a leaf, signed now if there is none.
    @Transactional(propagation = Propagation.MANDATORY)
    public Checkpoint covering(TenantId tenant, long leaf) {
        return repository
                .newestCheckpoint(tenant)
                .filter(checkpoint -> checkpoint.treeSize() > leaf)
                .orElseGet(() -> sign(tenant));
    }

    /// The newest checkpoint; of a tree without leaves one is signed for the asking and not kept.
    @Transactional
    Checkpoint newest(TenantId tenant) {
        return repository.newestCheckpoint(tenant).orElseGet(() -> sign(tenant));
    }

    /// Every way a question for consistency can end.
    sealed interface Answer {
        record Shown(List<byte[]> hashes) implements Answer {}

        record NotThatLarge(long size) implements Answer {}
    }

    @Transactional
    Answer consistency(TenantId tenant, long from, long to) {
        var size = trees.size(tenant);
        return to > size ? new Answer.NotThatLarge(size) : new Answer.Shown(trees.consistency(tenant, from, to));
    }

    String origin(TenantId tenant) {
        return signer.origin(tenant);
    }

    String verifierKey(TenantId tenant) {
        return signer.verifierKey(tenant);
    }

    private Checkpoint sign(TenantId tenant) {
        var frontier = trees.frontier(tenant);
        // as PostgreSQL keeps it
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var checkpoint = signer.sign(tenant, frontier.size(), frontier.root(), now);
        if (frontier.size() > 0 && repository.insert(tenant, checkpoint)) {
            if (archive.bucket() != null) {
                repository.markUnarchived(tenant);
            }
            outbox.append(
                    CheckpointSigned.TOPIC,
                    CheckpointSigned.TYPE,
                    tenant.toString(),
                    tenant,
                    new CheckpointSigned(
                            tenant.value(),
                            signer.origin(tenant),
                            checkpoint.treeSize(),
                            Base64.getEncoder().encodeToString(checkpoint.rootHash()),
                            checkpoint.timestamp(),
                            checkpoint.note()));
        }
        return checkpoint;
    }
}
