package io.wardroom.purple.evidence;

import io.wardroom.common.audit.Caller;
import io.wardroom.common.security.Actor;
import io.wardroom.purple.test.Side;
import io.wardroom.purple.test.TestState;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.InputStreamSource;

/// The wish to put a file beside a test.
///
/// @param team whose evidence it is; null for the sender's own side
record StoreEvidence(
        Actor actor,
        Caller caller,
        UUID test,
        @Nullable Side team,
        @Nullable String notes,
        String fileName,
        InputStreamSource file,
        long size) {
    /// Every way the wish can end.
    sealed interface Outcome {
        record Stored(Evidence evidence) implements Outcome {}

        record NoSuchTest() implements Outcome {}

        record OtherTeam() implements Outcome {}

        record NotInThisState(TestState state) implements Outcome {}

        record TooMany(int allowed) implements Outcome {}
    }
}
