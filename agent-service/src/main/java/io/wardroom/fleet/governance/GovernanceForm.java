package io.wardroom.fleet.governance;

import io.wardroom.fleet.InThisAge;
import io.wardroom.fleet.Texts;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// @param reviewDueAt RFC 3339
record GovernanceForm(
        @Size(min = 1, max = 200) @Pattern(regexp = Texts.STORABLE) @Nullable
        String owner,

        @Size(min = 1, max = 254) @Email @Pattern(regexp = Texts.STORABLE) @Nullable
        String ownerEmail,

        @Size(min = 1, max = 200) @Pattern(regexp = Texts.STORABLE) @Nullable
        String businessUnit,

        @Pattern(regexp = "prod|staging|dev|test", message = "must be prod, staging, dev or test") @Nullable
        String environment,

        @Pattern(regexp = "low|medium|high|critical", message = "must be low, medium, high or critical") @Nullable
        String criticality,

        @Pattern(
                regexp = "public|internal|confidential|restricted",
                message = "must be public, internal, confidential or restricted")
        @Nullable
        String dataClassification,

        @Nullable Boolean pii,

        @Size(min = 1, max = 200) @Pattern(regexp = Texts.STORABLE) @Nullable
        String location,

        @Size(min = 1, max = 100) @Pattern(regexp = Texts.STORABLE) @Nullable
        String costCenter,

        @Size(min = 1, max = 2048) @WebAddress @Nullable String runbookUrl,

        @Size(min = 1, max = 16_384) @Pattern(regexp = Texts.STORABLE) @Nullable
        String notes,

        @InThisAge @Nullable Instant reviewDueAt) {
    Governance governance() {
        return new Governance(
                owner,
                ownerEmail,
                businessUnit,
                environment,
                criticality,
                dataClassification,
                pii,
                location,
                costCenter,
                runbookUrl,
                notes,
                // as fine as the database keeps it, so that the same written twice is no change
                reviewDueAt == null ? null : reviewDueAt.truncatedTo(ChronoUnit.MICROS));
    }
}
