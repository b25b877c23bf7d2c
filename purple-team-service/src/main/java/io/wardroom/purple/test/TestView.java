package io.wardroom.purple.test;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.wardroom.purple.test.AttackTest.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A test as one reader may see it: what the other side still keeps to itself is null.
///
/// @param executionDate when red began
/// @param retestCount   how many tests came before it in its chain
/// @param version       counts its changes; say it when you change the test, and nobody's change is lost
/// @param evidences     only where one test is shown
public record TestView(
        UUID id,
        UUID techniqueId,
        String techniqueMitreId,
        @Nullable UUID templateId,
        String name,
        String description,
        @Nullable String platform,
        @Nullable String procedureText,
        @Nullable String toolUsed,
        String state,
        UUID createdBy,
        String createdByName,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant executionDate,
        @Nullable Instant redSubmittedAt,
        @Nullable Instant blueSubmittedAt,
        @Nullable Instant decidedAt,
        @Nullable Instant reopenedAt,
        @Nullable Boolean attackSuccess,
        @Nullable String redSummary,
        @Nullable String detectionResult,
        @Nullable String blueSummary,
        @Nullable String redValidationStatus,
        @Nullable String redValidationNotes,
        @Nullable UUID redValidatedBy,
        @Nullable Instant redValidatedAt,
        @Nullable String blueValidationStatus,
        @Nullable String blueValidationNotes,
        @Nullable UUID blueValidatedBy,
        @Nullable Instant blueValidatedAt,
        @Nullable String remediationSteps,
        @Nullable String remediationStatus,
        @Nullable UUID remediationAssignee,
        @Nullable Instant remediationCompletedAt,
        @Nullable UUID retestOf,
        int retestCount,
        long version,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<?> evidences) {

    static TestView of(AttackTest test, Side reader) {
        return of(test, reader, null);
    }

    static TestView of(AttackTest test, Side reader, @Nullable List<?> evidences) {
        var red = test.redVerdict();
        var blue = test.blueVerdict();
        var findings = reader.seesFindings(test.state());
        return new TestView(
                test.id(),
                test.subject().techniqueId(),
                test.subject().mitreId(),
                test.templateId(),
                test.plan().name(),
                test.plan().description(),
                test.plan().platform(),
                test.plan().procedure(),
                test.plan().tool(),
                test.state().spelled(),
                test.createdBy().id(),
                test.createdBy().name(),
                test.createdAt(),
                test.updatedAt(),
                test.times().started(),
                test.times().redSubmitted(),
                test.times().blueSubmitted(),
                test.times().decided(),
                test.times().reopened(),
                test.red().success(),
                test.red().summary(),
                findings ? test.blue().detection() : null,
                findings ? test.blue().summary() : null,
                red == null ? null : red.status(),
                notes(red, reader.seesNotes(Side.RED, test.state())),
                red == null ? null : red.by(),
                red == null ? null : red.at(),
                blue == null ? null : blue.status(),
                notes(blue, reader.seesNotes(Side.BLUE, test.state())),
                blue == null ? null : blue.by(),
                blue == null ? null : blue.at(),
                test.remediation().steps(),
                test.remediation().status(),
                test.remediation().assignee(),
                test.remediation().completed(),
                test.lineage().retestOf(),
                test.lineage().count(),
                test.version(),
                evidences);
    }

    private static @Nullable String notes(@Nullable Verdict verdict, boolean seen) {
        return verdict == null || !seen ? null : verdict.notes();
    }
}
