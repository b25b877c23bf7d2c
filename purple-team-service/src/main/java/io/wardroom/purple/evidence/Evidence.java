package io.wardroom.purple.evidence;

import io.wardroom.purple.test.Side;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One file beside a test.
///
/// @param contentType as the bytes say
/// @param sha256      in lower-case hex; null while the file is on its way to the store
record Evidence(
        UUID id,
        UUID testId,
        Side team,
        String fileName,
        String contentType,
        long sizeBytes,
        @Nullable String sha256,
        @Nullable String notes,
        String objectKey,
        UUID uploadedBy,
        String uploadedByName,
        Instant uploadedAt) {}
