package io.wardroom.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where one stack keeps all it has: data, secrets, logs, unpacked servers.
record Home(Path directory) {
    Home {
        directory = directory.toAbsolutePath().normalize();
    }

    Path data() {
        return directory.resolve("data");
    }

    Path runtime() {
        return directory.resolve("runtime");
    }

    Path logs() {
        return directory.resolve("logs");
    }

    Path run() {
        return directory.resolve("run");
    }

    Path agent() {
        return directory.resolve("agent");
    }

    Path secrets() {
        return directory.resolve("secrets.properties");
    }

    Path adminPassword() {
        return directory.resolve("admin-password");
    }

    Path tenant() {
        return directory.resolve("tenant-id");
    }

    Path lock() {
        return run().resolve("lock");
    }

    Path log(String component) {
        return logs().resolve(component + ".log");
    }

    void create() throws IOException {
        for (var folder : new Path[] {data(), runtime(), logs(), run()}) {
            Files.createDirectories(folder);
        }
        PrivateFiles.restrict(directory);
        PrivateFiles.restrict(data());
    }
}
