package io.wardroom.gateway.login;

import io.wardroom.gateway.session.Begun;

/// The wish to log in.
///
/// @param username user name or e-mail address
record LogIn(String username, String password) {
    /// Every way the wish can end.
    sealed interface Outcome {
        record LoggedIn(Begun session) implements Outcome {}

        /// A wrong password, an unknown name, a locked or disabled account: the caller is not told which.
        record Refused() implements Outcome {}

        /// The password is right, but a second factor is set and has not been shown.
        record SecondFactorMissing() implements Outcome {}

        /// The password is right, but the account has no role in any tenant.
        record NoRole() implements Outcome {}
    }
}
