package io.wardroom.fleet.integrity;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Numbers of batches of one start of an agent that did not come.
///
/// @param closedAt when the last of them came after all; null while some are missing
record Gap(
        UUID id,
        String instance,
        long fromSeq,
        long toSeq,
        Instant detectedAt,
        @Nullable Instant closedAt) {}
