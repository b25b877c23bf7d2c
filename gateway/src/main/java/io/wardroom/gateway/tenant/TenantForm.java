package io.wardroom.gateway.tenant;

import io.wardroom.common.security.Actor;
import io.wardroom.gateway.answer.Fields;
import org.jspecify.annotations.Nullable;

/// What is sent to found a tenant.
record TenantForm(@Nullable String name, @Nullable OwnerForm owner) {
    private static final int LONGEST_NAME = 100;

    record OwnerForm(
            @Nullable String username,
            @Nullable String email,
            @Nullable String password) {
        /// Never shows the password.
        @Override
        public String toString() {
            return "OwnerForm[username=" + username + "]";
        }
    }

    /// @throws io.wardroom.common.problem.ProblemException naming every field at fault
    FoundTenant wish(Actor actor) {
        var fields = new Fields();
        var wish = new FoundTenant(
                actor,
                fields.text("name", name, LONGEST_NAME).strip(),
                fields.username("owner.username", owner == null ? null : owner.username()),
                fields.email("owner.email", owner == null ? null : owner.email()),
                fields.password("owner.password", owner == null ? null : owner.password()));
        fields.check();
        return wish;
    }
}
