package io.wardroom.purple.technique;

import io.wardroom.common.audit.Caller;
import io.wardroom.common.security.Actor;
import java.util.List;

/// The wish for a technique of the tenant's own.
record CreateTechnique(
        Actor actor,
        Caller caller,
        String mitreId,
        String name,
        String description,
        List<String> tactics,
        List<String> platforms) {
    static final int MOST = 1_000;

    /// Every way the wish can end.
    sealed interface Outcome {
        record Created(Technique technique) implements Outcome {}

        record Known() implements Outcome {}

        record NoSuchTactic(String tactic) implements Outcome {}

        record TooMany(int allowed) implements Outcome {}
    }
}
