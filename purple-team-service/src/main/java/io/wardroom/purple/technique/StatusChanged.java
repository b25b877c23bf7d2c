package io.wardroom.purple.technique;

import io.wardroom.common.tenant.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A technique's status changed. Published on `purple.coverage.v1`, keyed by technique, and told inside the service in
/// the transaction of the change.
///
/// @param lowered   whether cover was taken away
/// @param cause     what led to it: `override`, `override_removed`, `test`, `catalogue`
/// @param changedBy the person's name, where a person did it
public record StatusChanged(
        UUID techniqueId,
        TenantId tenantId,
        String mitreId,
        String name,
        List<String> tactics,
        TechniqueStatus before,
        TechniqueStatus after,
        boolean lowered,
        String cause,
        @Nullable String changedBy,
        Instant changedAt) {
    static final String TYPE = "io.wardroom.coverage.changed.v1";

    /// The form in which others read it.
    record Event(
            UUID techniqueId,
            UUID tenantId,
            String mitreId,
            String name,
            List<String> tactics,
            String before,
            String after,
            boolean lowered,
            String cause,
            @Nullable String changedBy,
            Instant changedAt) {}

    Event event() {
        return new Event(
                techniqueId,
                tenantId.value(),
                mitreId,
                name,
                tactics,
                before.spelled(),
                after.spelled(),
                lowered,
                cause,
                changedBy,
                changedAt);
    }
}
