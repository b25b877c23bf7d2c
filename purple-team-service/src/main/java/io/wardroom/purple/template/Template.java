package io.wardroom.purple.template;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A test that somebody thought of before, to make one's own tests from. Its procedure is text for people; the hub runs
/// nothing of it.
///
/// @param carriedFrom  the technique its source names, where that was revoked for the one shown
/// @param source       `atomic_red_team`, `caldera`, or `custom` for a tenant's own
/// @param platforms    in lower case
/// @param severity     how deep it reaches into a host, see [Severity]
/// @param atomicTestId the collection's own id of it
public record Template(
        UUID id,
        String mitreTechniqueId,
        @Nullable String carriedFrom,
        String name,
        String description,
        String source,
        @Nullable String sourceUrl,
        List<String> platforms,
        String severity,
        @Nullable String toolSuggested,
        String attackProcedure,
        @Nullable String expectedDetection,
        @Nullable String suggestedRemediation,
        @Nullable String atomicTestId,
        boolean active,
        Instant createdAt) {
    /// All its platforms, joined by commas; null where it names none.
    public @Nullable String platform() {
        return platforms.isEmpty() ? null : String.join(",", platforms);
    }
}
