package io.wardroom.fleet.enrolment;

import io.wardroom.common.tenant.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A token that any number of machines may enrol with until it expires or is revoked. The token itself is shown once
/// and kept only as a hash.
///
/// @param tags what each agent enrolled with it is tagged with
/// @param uses how many machines came in by it
public record EnrolmentToken(
        UUID id,
        TenantId tenant,
        String label,
        List<String> tags,
        UUID createdBy,
        Instant createdAt,
        Instant expiresAt,
        int uses,
        @Nullable Instant lastUsedAt,
        @Nullable Instant revokedAt) {
    /// What each enrolment token begins with, so that a leaked one is recognised.
    public static final String PREFIX = "we_";

    boolean isOpenAt(Instant moment) {
        return revokedAt == null && moment.isBefore(expiresAt);
    }
}
