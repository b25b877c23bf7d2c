package io.wardroom.purple.technique;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A technique as one tenant sees it.
///
/// @param tactics        short names, in matrix order
/// @param platforms      in lower case
/// @param computed       its status by its tests
/// @param override       an administrator's word, which stands above that
/// @param reviewRequired whether it changed since somebody last looked
/// @param own            made by the tenant, not by ATT&CK
/// @param gone           unknown to the catalogue's newest version
/// @param successorId    what it was revoked for
/// @param version        ATT&CK's own count of its versions
public record Technique(
        UUID id,
        String mitreId,
        String name,
        String description,
        List<String> tactics,
        List<String> platforms,
        TechniqueStatus computed,
        @Nullable StatusOverride override,
        boolean reviewRequired,
        @Nullable Review review,
        boolean own,
        boolean subtechnique,
        @Nullable UUID parentId,
        boolean revoked,
        boolean deprecated,
        boolean gone,
        @Nullable UUID successorId,
        @Nullable String url,
        @Nullable String version,
        @Nullable Instant modified) {

    /// @param by the administrator's name
    public record StatusOverride(
            TechniqueStatus value, @Nullable String reason, String by, Instant at) {}

    /// Who last looked at what changed.
    public record Review(String by, Instant at) {}

    /// The status that counts.
    public TechniqueStatus status() {
        return override == null ? computed : override.value();
    }
}
