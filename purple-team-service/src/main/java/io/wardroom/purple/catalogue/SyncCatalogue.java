package io.wardroom.purple.catalogue;

import io.wardroom.common.audit.Caller;
import io.wardroom.common.security.Actor;
import io.wardroom.purple.catalogue.CatalogueDiff.Changes;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The wish to bring the catalogue up to a bundle.
///
/// @param by      who wants it; null is the hub itself
/// @param source  a file below the import folder; null for what there is
/// @param preview only tells what would happen
record SyncCatalogue(
        @Nullable Actor by, Caller caller, @Nullable String source, boolean preview) {
    String name() {
        return by == null ? "system" : by.username();
    }

    /// Every way the wish can end.
    sealed interface Outcome {
        /// @param before  what was current; null at the first import
        /// @param touches how many rows of the caller's tenant rest on techniques that changed
        /// @param moves   from how many techniques to their successors something is carried
        record Done(
                CatalogueVersion now,
                @Nullable CatalogueVersion before,
                Changes changes,
                Map<String, Long> touches,
                int moves)
                implements Outcome {}

        /// The bundle is the one that is current.
        record Unchanged(CatalogueVersion now) implements Outcome {}

        /// Nobody asked for this version again after it was taken back.
        record Held(String version) implements Outcome {}

        record Broken(String why) implements Outcome {}

        record Missing(String why) implements Outcome {}

        record Away(String why) implements Outcome {}

        record Busy() implements Outcome {}
    }
}
