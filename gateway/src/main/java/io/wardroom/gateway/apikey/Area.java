package io.wardroom.gateway.apikey;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// A part of the API that a scope may name.
enum Area {
    FLEET,
    CONSOLE,
    CLOUD,
    COMPLIANCE,
    AUDIT,
    PURPLE,
    /// Users, invitations and tenants.
    USERS;

    String spelled() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Area> named(String name) {
        return Arrays.stream(values())
                .filter(area -> area.spelled().equals(name))
                .findFirst();
    }
}
