package io.wardroom.purple.catalogue;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A technique as one version of the catalogue has it.
///
/// @param gone      the version before had it, this bundle does not know it
/// @param changedIn the catalogue in which it last changed so that people should look at it again; 0 for never
record CatalogueTechnique(
        UUID id,
        String mitreId,
        String name,
        String description,
        List<String> tactics,
        List<String> platforms,
        String detection,
        boolean subtechnique,
        @Nullable UUID parentId,
        boolean revoked,
        boolean deprecated,
        boolean gone,
        @Nullable UUID successorId,
        @Nullable String url,
        @Nullable String version,
        @Nullable Instant modified,
        int changedIn) {
    boolean live() {
        return !revoked && !deprecated;
    }

    boolean hasOtherTacticsThan(CatalogueTechnique other) {
        return !Set.copyOf(tactics).equals(Set.copyOf(other.tactics));
    }

    /// Whether MITRE says that it changed it since `other`; where neither has a time, whether its words differ.
    boolean saysElseThan(CatalogueTechnique other) {
        if (modified != null && other.modified != null) {
            return !modified.equals(other.modified);
        }
        return !name.equals(other.name)
                || !description.equals(other.description)
                || !tactics.equals(other.tactics)
                || !platforms.equals(other.platforms)
                || !detection.equals(other.detection);
    }

    CatalogueTechnique changedIn(int catalogue) {
        return with(deprecated, gone, successorId, catalogue);
    }

    /// The same, carried into a version whose bundle does not know it.
    CatalogueTechnique gone(@Nullable UUID successor, int catalogue) {
        return with(true, true, successor, catalogue);
    }

    private CatalogueTechnique with(boolean isDeprecated, boolean isGone, @Nullable UUID successor, int catalogue) {
        return new CatalogueTechnique(
                id,
                mitreId,
                name,
                description,
                tactics,
                platforms,
                detection,
                subtechnique,
                parentId,
                revoked,
                isDeprecated,
                isGone,
                successor,
                url,
                version,
                modified,
                catalogue);
    }
}
