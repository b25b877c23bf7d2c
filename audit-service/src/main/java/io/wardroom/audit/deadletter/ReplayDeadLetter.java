package io.wardroom.audit.deadletter;

import io.wardroom.common.audit.Caller;
import io.wardroom.common.security.Actor;
import java.util.UUID;

/// The wish to send a dead letter back to the topic it failed on.
record ReplayDeadLetter(UUID id, Actor actor, Caller caller) {
    /// Every way the wish can end.
    sealed interface Outcome {
        /// It is on its way.
        record Taken(DeadLetter letter) implements Outcome {}

        record NoSuchLetter() implements Outcome {}

        record ReplayedBefore(DeadLetter letter) implements Outcome {}
    }
}
