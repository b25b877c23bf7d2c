package io.wardroom.audit.proof;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Where checkpoints are kept beside the hub; without a bucket nowhere.
///
/// @param bucket    an S3 bucket, with object lock where `retention` is to hold
/// @param endpoint  of a store that is not Amazon's
/// @param region    the bucket's
/// @param accessKey with `secretKey`, who writes; without, the SDK looks where it always does
/// @param retention how long an object cannot be deleted by anybody (S3 object lock, mode COMPLIANCE); zero for a store
///                  that knows no object lock
@ConfigurationProperties("wardroom.audit.proof.archive")
record ArchiveProperties(
        @Nullable String bucket,
        @Nullable URI endpoint,
        @DefaultValue("us-east-1") String region,
        @Nullable String accessKey,
        @Nullable String secretKey,
        @DefaultValue("365d") Duration retention) {
    @Override
    public String toString() {
        return "ArchiveProperties[bucket=%s, endpoint=%s]".formatted(bucket, endpoint);
    }
}
