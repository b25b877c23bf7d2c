package io.wardroom.audit.proof;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import jakarta.annotation.PreDestroy;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/// Lays the newest checkpoint of each tree that grew into a bucket from which nobody can take it: one object a tree and
/// round, `<origin>/<size>`. While the bucket is away, the trees wait on their list.
@Component
@ConditionalOnProperty("wardroom.audit.proof.archive.bucket")
class CheckpointArchive {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointArchive.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MOST_A_ROUND = 5_000;

    private final TreeRepository repository;
    private final CheckpointSigner signer;
    private final TransactionTemplate transaction;
    private final Clock clock;
    private final ArchiveProperties settings;
    private final S3Client bucket;

    CheckpointArchive(
            TreeRepository repository,
            CheckpointSigner signer,
            TransactionTemplate transaction,
            Clock clock,
            ArchiveProperties settings) {
        this.repository = repository;
        this.signer = signer;
        this.transaction = transaction;
        this.clock = clock;
        this.settings = settings;
        this.bucket = clientOf(settings);
    }

    private static S3Client clientOf(ArchiveProperties settings) {
        var client = S3Client.builder()
                .region(Region.of(settings.region()))
                .overrideConfiguration(limits -> limits.apiCallTimeout(PATIENCE).apiCallAttemptTimeout(PATIENCE));
        if (settings.endpoint() != null) {
            client.endpointOverride(settings.endpoint()).forcePathStyle(true);
        }
        if (settings.accessKey() != null && settings.secretKey() != null) {
            client.credentialsProvider(StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(settings.accessKey(), settings.secretKey())));
        }
        return client.build();
    }

    @Scheduled(fixedDelayString = "${wardroom.audit.proof.archive.every:5m}")
    @SchedulerLock(name = "audit-archive", lockAtMostFor = "30m")
    void archive() {
        try {
            for (var i = 0; i < MOST_A_ROUND && archiveOne(); i++) {
                LOG.debug("a checkpoint lies in the archive");
            }
        } catch (SdkException away) {
            LOG.warn("the archive of checkpoints is away: {}", away.toString());
        }
    }

    private boolean archiveOne() {
        // in one transaction with the upload: a tree leaves the list once its checkpoint lies there
        return TenantScope.everyTenant(() -> Objects.requireNonNull(transaction.execute(_ -> repository
                .takeUnarchived()
                .map(tenant -> {
                    repository.newestCheckpoint(tenant).ifPresent(checkpoint -> put(tenant, checkpoint));
                    return true;
                })
                .orElse(false))));
    }

    private void put(TenantId tenant, Checkpoint checkpoint) {
        var object = PutObjectRequest.builder()
                .bucket(settings.bucket())
                .key("%s/%020d".formatted(signer.origin(tenant), checkpoint.treeSize()))
                .contentType("text/plain; charset=utf-8");
        if (settings.retention().isPositive()) {
            object.objectLockMode(ObjectLockMode.COMPLIANCE)
                    .objectLockRetainUntilDate(clock.instant().plus(settings.retention()));
        }
        bucket.putObject(object.build(), RequestBody.fromString(checkpoint.note()));
    }

    @PreDestroy
    void close() {
        bucket.close();
    }
}
