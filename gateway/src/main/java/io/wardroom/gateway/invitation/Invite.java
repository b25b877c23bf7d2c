package io.wardroom.gateway.invitation;

import io.wardroom.common.security.Actor;
import io.wardroom.common.security.Role;

/// The wish to invite somebody into one's own tenant.
record Invite(Actor actor, String email, Role role) {
    /// Every way the wish can end.
    sealed interface Outcome {
        record Invited(InvitationView invitation) implements Outcome {}

        /// Only an owner invites owners.
        record OwnersOnly() implements Outcome {}

        /// Somebody with this address is here already.
        record Taken() implements Outcome {}
    }
}
