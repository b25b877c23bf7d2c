package io.wardroom.gateway.totp;

import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import org.jspecify.annotations.Nullable;

/// What is sent to turn a second factor on.
///
/// @param code six digits, of the authenticator app
record VerifyForm(@Nullable String code) {
    private static final int LONGEST = 64;

    /// @throws ProblemException if it is no code
    TurnOn wish(Actor actor) {
        if (code != null && code.length() <= LONGEST && Code.of(code).orElse(null) instanceof Code.OneTime oneTime) {
            return new TurnOn(actor, oneTime);
        }
        throw ProblemException.invalid("code", "must be six digits");
    }

    /// Never shows the code.
    @Override
    public String toString() {
        return "VerifyForm";
    }
}
