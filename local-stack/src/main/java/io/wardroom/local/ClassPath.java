package io.wardroom.local;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// What the build wrote down about where things lie on this machine.
final class ClassPath {
    private ClassPath() {}

    /// This module and the servers it runs.
    static String ofServers() {
        return here() + File.pathSeparator + written("class-path");
    }

    static Path keycloakArchive() {
        return Path.of(written("keycloak-archive"));
    }

    /// The jar or folder these classes come from.
    static Path here() {
        try {
            return Path.of(ClassPath.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String written(String name) {
        try (var stream = ClassPath.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException(name + " is missing: local-stack was not built by Maven");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
