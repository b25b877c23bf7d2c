package io.wardroom.gateway.person;

import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.security.Actor;
import io.wardroom.common.security.Role;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The wish to change a user of one's own tenant. What is absent stays.
record ChangeUser(
        Actor actor,
        UUID user,
        @Nullable String email,
        @Nullable Role role,
        @Nullable Boolean active,
        @Nullable String password) {
    /// Every way the wish can end.
    sealed interface Outcome {
        record Changed(UserView user) implements Outcome {}

        record NoSuchUser() implements Outcome {}

        /// Only an owner makes owners, or changes one.
        record OwnersOnly() implements Outcome {}

        /// Whoever could change a platform administrator's password would be one.
        record PlatformAdministratorsOnly() implements Outcome {}

        /// A tenant keeps an owner who can log in.
        record LastOwner() implements Outcome {}

        record EmailTaken() implements Outcome {}

        record Unfit(FieldFault fault) implements Outcome {}
    }

    /// What the audit log calls it.
    static String action(boolean role, @Nullable Boolean active) {
        if (role) {
            return Users.ROLE_CHANGED;
        }
        return Boolean.FALSE.equals(active) ? Users.DISABLED : Users.UPDATED;
    }

    /// Never shows the password.
    @Override
    public String toString() {
        return "ChangeUser[user=%s, role=%s, active=%s]".formatted(user, role, active);
    }
}
