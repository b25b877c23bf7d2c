package io.wardroom.purple.template;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One template as a collection has it.
///
/// @param sourceId the collection's own id of it, by which it is known again
record Gathered(
        UUID id,
        String sourceId,
        @Nullable String url,
        String technique,
        String name,
        String description,
        List<String> platforms,
        Severity severity,
        @Nullable String tool,
        String procedure) {}
