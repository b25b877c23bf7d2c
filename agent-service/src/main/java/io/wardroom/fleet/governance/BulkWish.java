package io.wardroom.fleet.governance;

import io.wardroom.common.audit.Caller;
import io.wardroom.common.security.Actor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The wish to do the same to many agents.
///
/// @param ids as they were given: one may be no id at all
record BulkWish(Actor actor, Caller caller, List<String> ids, Work work) {
    /// What is to be done to each.
    sealed interface Work {
        record AddTags(List<String> tags) implements Work {}

        record RemoveTags(List<String> tags) implements Work {}

        /// @param labels a null removes one
        record SetLabels(Map<String, @Nullable String> labels) implements Work {}

        record SetGovernance(Governance governance) implements Work {}

        record Delete() implements Work {}
    }

    /// What became of one of them.
    enum Result {
        DONE,
        NO_ID,
        NO_SUCH_AGENT,
        TOO_MANY,
        AWAY,
        FAILED
    }

    /// @param detail for a person, where it was not done
    record Item(String id, Result result, @Nullable String detail) {}
}
