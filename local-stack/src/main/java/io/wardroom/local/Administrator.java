package io.wardroom.local;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/// Who may log in first: owner of the first tenant, and platform administrator.
///
/// @param home keeps the password (mode 0600) and the tenant's id
record Administrator(String name, Home home, Keycloak keycloak) {
    private static final List<String> ROLES = List.of("owner", "platform_admin");

    /// Makes the account, or gives it the password that is wanted now. One that was changed elsewhere stays as it is.
    ///
    /// @param wanted the password that the environment sets; empty to keep or make one
    void provide(String wanted) throws IOException {
        var stored = Files.exists(home.adminPassword()) ? password() : "";
        var password = !wanted.isEmpty() ? wanted : !stored.isEmpty() ? stored : Secrets.random();
        var known = keycloak.find(name);
        if (known.isEmpty()) {
            keycloak.provide(name, name + "@wardroom.local", password, tenant(), ROLES);
        } else if (!password.equals(stored)) {
            keycloak.resetPassword(known.get().id(), password);
        }
        if (!password.equals(stored)) {
            PrivateFiles.write(home.adminPassword(), password + "\n");
        }
    }

    String password() throws IOException {
        return Files.readString(home.adminPassword()).strip();
    }

    /// The first tenant, the same for as long as the data lives.
    UUID tenant() throws IOException {
        if (Files.exists(home.tenant())) {
            return UUID.fromString(Files.readString(home.tenant()).strip());
        }
        var made = UuidV7.at(Instant.now());
        PrivateFiles.write(home.tenant(), made + "\n");
        return made;
    }
}
