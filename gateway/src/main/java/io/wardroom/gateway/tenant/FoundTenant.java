package io.wardroom.gateway.tenant;

import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.security.Actor;

/// The wish to found a tenant with its first owner.
record FoundTenant(Actor actor, String name, String username, String email, String password) {
    /// Every way the wish can end.
    sealed interface Outcome {
        record Founded(TenantView tenant) implements Outcome {}

        record NameTaken() implements Outcome {}

        /// @param field of the owner: `username` or `email`
        record OwnerTaken(String field) implements Outcome {}

        record OwnerUnfit(FieldFault fault) implements Outcome {}
    }

    /// Never shows the password.
    @Override
    public String toString() {
        return "FoundTenant[name=" + name + "]";
    }
}
