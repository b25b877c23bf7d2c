package io.wardroom.gateway.person;

import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.security.Actor;
import io.wardroom.common.security.Role;

/// The wish to make a user in one's own tenant.
record CreateUser(Actor actor, String username, String email, String password, Role role) {
    /// Every way the wish can end.
    sealed interface Outcome {
        record Created(UserView user) implements Outcome {}

        /// Only an owner makes owners.
        record OwnersOnly() implements Outcome {}

        /// @param field `username` or `email`
        record Taken(String field) implements Outcome {}

        record Unfit(FieldFault fault) implements Outcome {}
    }

    /// Never shows the password.
    @Override
    public String toString() {
        return "CreateUser[username=%s, role=%s]".formatted(username, role);
    }
}
