package io.wardroom.gateway.login;

import io.wardroom.gateway.session.Begun;
import io.wardroom.gateway.totp.Challenges.Challenge;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The wish of a browser that comes back from Keycloak's page to be let in.
///
/// @param pending what this browser began, if anything
/// @param error   instead of the code, where Keycloak refused (RFC 6749, section 4.1.2.1)
record FinishLogIn(
        Optional<PendingLogin> pending,
        @Nullable String state,
        @Nullable String code,
        @Nullable String error) {
    /// Every way the wish can end.
    sealed interface Outcome {
        record LoggedIn(Begun session, LocalPath next) implements Outcome {}

        /// The second factor is still to be shown: there is no session yet.
        record SecondFactorAsked(Challenge challenge, LocalPath next) implements Outcome {}

        record Refused(Reason reason) implements Outcome {}
    }

    /// Why nobody was let in; the names stand in the audit log.
    enum Reason {
        /// This browser began no login, or too long ago: perhaps another one did, for a login that is not its own.
        NOT_BEGUN,
        WRONG_STATE,
        /// The state has come back before.
        STATE_SPENT,
        /// The person said no, or may not.
        ACCESS_DENIED,
        /// Keycloak's page failed in another way.
        NO_CODE,
        BAD_CODE,
        /// The tokens are not of this login.
        WRONG_NONCE,
        NO_ROLE
    }

    /// Never shows the code.
    @Override
    public String toString() {
        return "FinishLogIn";
    }
}
