package io.wardroom.gateway.password;

import io.wardroom.common.problem.FieldFault;
import io.wardroom.gateway.seal.RandomToken;

/// The wish to choose a new password.
record ResetPassword(RandomToken token, String password) {
    /// Every way the wish can end. Only the first uses the token up.
    sealed interface Outcome {
        record Reset() implements Outcome {}

        /// The token is unknown, used, replaced or too old, or the account is disabled: nobody is told which.
        record NoSuchToken() implements Outcome {}

        record Unfit(FieldFault fault) implements Outcome {}
    }

    /// Never shows the password.
    @Override
    public String toString() {
        return "ResetPassword";
    }
}
