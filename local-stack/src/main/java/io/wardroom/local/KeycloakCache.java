package io.wardroom.local;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Properties;

/// Keycloak built, and a database of it with the realm imported: kept for the user between test runs, since the first
/// start takes a minute and each later one seconds.
///
/// @param directory `wardroom` in the user's cache folder, or below the build's output where there is none
record KeycloakCache(Path directory) {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    static KeycloakCache find(Path fallback) {
        var named = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
        var caches = named.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(named);
        var wanted = caches.resolve("wardroom");
        try {
            Files.createDirectories(wanted);
            if (Files.isWritable(wanted)) {
                return new KeycloakCache(wanted);
            }
        } catch (IOException noSuchPlace) {
            // a home that cannot be written to: the build's output will do
        }
        return new KeycloakCache(fallback.resolve("cache"));
    }

    private HomeLock turn() throws IOException {
        return HomeLock.await(directory.resolve("lock"), LIMIT);
    }

    private Path snapshot() throws IOException {
        return directory.resolve(
                "keycloak-%s-realm-%s".formatted(KeycloakDistribution.version(), Keycloak.definition()));
    }

    /// Lays the kept database into a fresh home.
    ///
    /// @return whether there was one
    boolean restore(Home home) throws IOException {
        try (var _ = turn()) {
            var kept = snapshot();
            if (Files.notExists(kept)) {
                return false;
            }
            var data = home.data().resolve(Keycloak.NAME).resolve("data");
            Files.createDirectories(data);
            PrivateFiles.copy(kept.resolve("h2"), data.resolve("h2"));
            PrivateFiles.write(home.secrets(), Files.readString(kept.resolve("secrets.properties")));
            return true;
        }
    }

    /// Makes sure that Keycloak is unpacked and built, one process at a time.
    void prepare(Home home, Processes processes) throws IOException {
        try (var _ = turn()) {
            KeycloakDistribution.in(directory, home, processes);
        }
    }

    /// Keeps the database as it is now: Keycloak is stopped for it, and started again.
    void save(Home home, Processes processes, Keycloak keycloak) throws IOException {
        processes.stop(Keycloak.NAME);
        try (var _ = turn()) {
            var kept = snapshot();
            if (Files.notExists(kept)) {
                var draft = directory.resolve(kept.getFileName() + ".new");
                PrivateFiles.delete(draft);
                Files.createDirectories(draft);
                PrivateFiles.restrict(draft);
                PrivateFiles.copy(keycloak.data().resolve("data/h2"), draft.resolve("h2"));
                PrivateFiles.write(draft.resolve("secrets.properties"), secretsOfKeycloak(home));
                Files.move(draft, kept, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        keycloak.start(KeycloakDistribution.in(directory, home, processes));
    }

    private static String secretsOfKeycloak(Home home) throws IOException {
        var all = new Properties();
        all.load(new StringReader(Files.readString(home.secrets())));
        var own = new StringWriter();
        all.stringPropertyNames().stream()
                .filter(name -> name.startsWith("keycloak."))
                .sorted()
                .forEach(name -> own.write(name + "=" + all.getProperty(name) + "\n"));
        return own.toString();
    }
}
