package io.wardroom.common.security;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/// What a person may be in a tenant, highest first. `platform_admin` stands beside these: it is no rank in a tenant.
public enum Role {
    OWNER,
    ADMIN,
    RED_LEAD,
    BLUE_LEAD,
    RED_TECH,
    BLUE_TECH,
    VIEWER;

    /// The realm role that lets its bearer administer the installation.
    public static final String PLATFORM_ADMIN = "platform_admin";

    /// The role's name as Keycloak and the API spell it.
    public String spelled() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The highest of the roles in `names`; names that are none of ours are passed over.
    public static Optional<Role> highestOf(Collection<String> names) {
        return Arrays.stream(values())
                .filter(role -> names.contains(role.spelled()))
                .findFirst();
    }
}
