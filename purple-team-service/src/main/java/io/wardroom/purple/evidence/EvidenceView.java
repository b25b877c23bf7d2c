package io.wardroom.purple.evidence;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.net.URI;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// @param team        `red` or `blue`
/// @param contentType as the bytes say
/// @param downloadUrl good for a quarter of an hour, and only where one file is asked for: each is on record
record EvidenceView(
        UUID id,
        UUID testId,
        String team,
        String fileName,
        String contentType,
        long sizeBytes,
        @Nullable String sha256Hash,
        @Nullable String notes,
        UUID uploadedBy,
        String uploadedByName,
        Instant uploadedAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable URI downloadUrl) {
    static EvidenceView of(Evidence evidence, @Nullable URI link) {
        return new EvidenceView(
                evidence.id(),
                evidence.testId(),
                evidence.team().spelled(),
                evidence.fileName(),
                evidence.contentType(),
                evidence.sizeBytes(),
                evidence.sha256(),
                evidence.notes(),
                evidence.uploadedBy(),
                evidence.uploadedByName(),
                evidence.uploadedAt(),
                link);
    }
}
