package io.wardroom.fleet.alert;

import io.wardroom.common.tenant.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Something that is wrong on a host.
///
/// @param rule        the rule it came from; it may be gone by now
/// @param count       how often it was raised while open
/// @param mutedBy     what keeps it from being announced
/// @param announcedAt when it was announced; null while it is muted
record Alert(
        UUID id,
        TenantId tenant,
        UUID agent,
        @Nullable UUID rule,
        String category,
        String severity,
        String title,
        @Nullable String detail,
        Status status,
        int count,
        @Nullable String mutedBy,
        @Nullable Instant announcedAt,
        Instant detectedAt,
        Instant lastAt,
        @Nullable Instant acknowledgedAt,
        @Nullable String acknowledgedBy,
        @Nullable Instant resolvedAt,
        @Nullable String resolvedBy) {
    enum Status {
        OPEN,
        ACKNOWLEDGED,
        RESOLVED;

        String spelled() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Status of(String spelled) {
            return valueOf(spelled.toUpperCase(Locale.ROOT));
        }

        /// What may follow.
        List<Status> next() {
            return switch (this) {
                case OPEN -> List.of(ACKNOWLEDGED, RESOLVED);
                case ACKNOWLEDGED -> List.of(RESOLVED);
                case RESOLVED -> List.of();
            };
        }
    }
}
