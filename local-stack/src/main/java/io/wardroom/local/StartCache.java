package io.wardroom.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// A service's ahead-of-time cache (JEP 514): what its classes look like once loaded and linked. Optional at any time.
///
/// @param file beside the jar it was made for
record StartCache(Path file) {
    static StartCache of(Path app) {
        return new StartCache(app.resolve("start.aot"));
    }

    /// The flag to start with, if there is a cache; the JVM itself leaves one aside that does not fit.
    Optional<String> use() {
        return Files.exists(file) ? Optional.of("-XX:AOTCache=" + file) : Optional.empty();
    }
}
