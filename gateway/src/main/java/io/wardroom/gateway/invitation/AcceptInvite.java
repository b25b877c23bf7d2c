package io.wardroom.gateway.invitation;

import io.wardroom.common.problem.FieldFault;
import io.wardroom.gateway.person.UserView;
import io.wardroom.gateway.seal.RandomToken;

/// The wish of somebody invited to become a user.
record AcceptInvite(RandomToken token, String username, String password) {
    /// Every way the wish can end. Only the first uses the invitation up.
    sealed interface Outcome {
        record Accepted(UserView user) implements Outcome {}

        /// The token is unknown, used, replaced or too old: nobody is told which.
        record NoSuchInvitation() implements Outcome {}

        /// @param field `username` or `email`
        record Taken(String field) implements Outcome {}

        record Unfit(FieldFault fault) implements Outcome {}
    }

    /// Never shows the password.
    @Override
    public String toString() {
        return "AcceptInvite[username=" + username + "]";
    }
}
