package io.wardroom.gateway.keycloak;

import io.wardroom.common.problem.FieldFault;

/// How the wish to write something to the [Directory] ends.
public sealed interface Written {
    record Done() implements Written {}

    /// Another account has it.
    ///
    /// @param field `username` or `email`
    record Taken(String field) implements Written {}

    /// It breaks one of Keycloak's rules, that for passwords for one.
    record Unfit(FieldFault fault) implements Written {}
}
