package io.wardroom.purple.technique;

import io.wardroom.common.audit.Caller;
import io.wardroom.common.security.Actor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The wish to describe a technique otherwise, or to set its status above what its tests say.
record UpdateTechnique(Actor actor, Caller caller, String mitreId, Words words, Verdict verdict) {
    /// What it is called; null leaves it as it is.
    record Words(
            @Nullable String name,
            @Nullable String description,
            @Nullable List<String> tactics,
            @Nullable List<String> platforms) {
        boolean isEmpty() {
            return name == null && description == null && tactics == null && platforms == null;
        }
    }

    /// What becomes of the override of its status.
    sealed interface Verdict {
        record Unsaid() implements Verdict {}

        record Override(TechniqueStatus value, @Nullable String reason) implements Verdict {}

        record ByTests() implements Verdict {}
    }

    /// Every way the wish can end.
    sealed interface Outcome {
        record Updated(Technique technique) implements Outcome {}

        record NoSuchTechnique() implements Outcome {}

        record NoSuchTactic(String tactic) implements Outcome {}
    }
}
