package io.wardroom.gateway.totp;

import io.wardroom.common.security.Actor;
import java.time.Duration;

/// The wish to be rid of one's second factor.
record TurnOff(Actor actor, String password, Code code) {
    /// Never shows the password.
    @Override
    public String toString() {
        return "TurnOff[user=" + actor.id() + "]";
    }

    /// Every way the wish can end.
    sealed interface Outcome {
        record TurnedOff() implements Outcome {}

        record NotOn() implements Outcome {}

        /// The password or the code is wrong; the caller is not told which.
        record Refused() implements Outcome {}

        record TooManyFailures(Duration retryAfter) implements Outcome {}
    }
}
