package io.wardroom.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/// A service's ahead-of-time cache (JEP 514): what its classes look like once loaded and linked. It halves the start,
/// takes some hundred megabytes of disk, and may be missing at any time.
///
/// @param file beside the jar it was made for: another build of the jar has another folder
record StartCache(Path file) {
    /// Below this, the disk has better uses.
    private static final long LEAST_FREE_BYTES = 6L << 30;

    static StartCache of(Path app) {
        return new StartCache(app.resolve("start.aot"));
    }

    boolean isMade() {
        return Files.exists(file);
    }

    boolean isAffordable() throws IOException {
        return Files.getFileStore(file.toAbsolutePath().getParent()).getUsableSpace() > LEAST_FREE_BYTES;
    }

    /// The flag to start with, if there is a cache; the JVM itself leaves one aside that does not fit.
    Optional<String> use() {
        return isMade() ? Optional.of("-XX:AOTCache=" + file) : Optional.empty();
    }

    /// The flags of a run that makes the cache: the service ends once its context stands, before it takes any work.
    List<String> record() {
        return List.of("-XX:AOTCacheOutput=" + draft(), "-Dspring.context.exit=onRefresh");
    }

    void keep() throws IOException {
        Files.move(draft(), file, StandardCopyOption.ATOMIC_MOVE);
    }

    private Path draft() {
        return file.resolveSibling("start.aot.new");
    }
}
