package io.wardroom.purple.test;

import io.wardroom.common.tenant.TenantId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Something happened to a test; told inside the service in the transaction of the change, and published on
/// `purple.tests.v1`, keyed by test.
///
/// @param change    what was done, such as `create_test` or `submit_test_red`
/// @param before    null where the test is new
/// @param createdBy who made the test
public record TestChanged(
        TenantId tenant,
        UUID testId,
        UUID techniqueId,
        String techniqueMitreId,
        String name,
        String change,
        @Nullable TestState before,
        TestState after,
        UUID createdBy,
        String changedBy,
        @Nullable String detectionResult,
        @Nullable String remediationStatus,
        @Nullable UUID retestOf,
        long version,
        Instant changedAt) {
    /// Whether it came to another state by this.
    public boolean moved() {
        return before != after;
    }

    String type() {
        if (before == null) {
            return "io.wardroom.test.created.v1";
        }
        if (!moved()) {
            return "io.wardroom.test.updated.v1";
        }
        return switch (after) {
            case DRAFT -> "io.wardroom.test.reopened.v1";
            case RED_EXECUTING -> "io.wardroom.test.started.v1";
            case BLUE_EVALUATING -> "io.wardroom.test.executed.v1";
            case IN_REVIEW -> "io.wardroom.test.evaluated.v1";
            case VALIDATED -> "io.wardroom.test.validated.v1";
            case REJECTED -> "io.wardroom.test.rejected.v1";
        };
    }

    /// The form in which others read it; what blue is still writing is left out.
    record Event(
            UUID testId,
            UUID tenantId,
            UUID techniqueId,
            String techniqueMitreId,
            String name,
            String change,
            @Nullable String previousState,
            String state,
            @Nullable String detectionResult,
            @Nullable String remediationStatus,
            @Nullable UUID retestOf,
            UUID createdBy,
            String changedBy,
            long version,
            Instant changedAt) {}

    Event event() {
        return new Event(
                testId,
                tenant.value(),
                techniqueId,
                techniqueMitreId,
                name,
                change,
                before == null ? null : before.spelled(),
                after.spelled(),
                after == TestState.BLUE_EVALUATING ? null : detectionResult,
                remediationStatus,
                retestOf,
                createdBy,
                changedBy,
                version,
                changedAt);
    }
}
