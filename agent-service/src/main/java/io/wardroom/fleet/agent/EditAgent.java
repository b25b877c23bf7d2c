package io.wardroom.fleet.agent;

import io.wardroom.common.audit.Caller;
import io.wardroom.common.security.Actor;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The wish to tag or label an agent otherwise.
///
/// @param tags       instead of all it has; null leaves them
/// @param addTags    in addition to those
/// @param removeTags of those
/// @param labels     set beside those it has; a null removes one, one the machine gives itself too
public record EditAgent(
        Actor actor,
        Caller caller,
        UUID agent,
        @Nullable List<String> tags,
        List<String> addTags,
        List<String> removeTags,
        Map<String, @Nullable String> labels) {
    public static final int MOST_TAGS = 20;
    public static final int MOST_LABELS = 64;

    /// Every way the wish can end.
    public sealed interface Outcome {
        record Edited() implements Outcome {}

        record NoSuchAgent() implements Outcome {}

        /// @param what tags or labels
        record TooMany(String what, int allowed) implements Outcome {}
    }
}
