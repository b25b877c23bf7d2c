package io.wardroom.gateway.totp;

import io.wardroom.common.security.Actor;
import java.util.List;

/// The wish to have a second factor, shown to work by a first code.
record TurnOn(Actor actor, Code.OneTime code) {
    /// Every way the wish can end.
    sealed interface Outcome {
        /// @param codes shown now and never again
        record TurnedOn(List<RecoveryCode> codes) implements Outcome {}

        /// No secret was asked for, or too long ago.
        record NotSetUp() implements Outcome {}

        record WrongCode() implements Outcome {}

        record AlreadyOn() implements Outcome {}
    }
}
