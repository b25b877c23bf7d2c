package io.wardroom.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Small programs of the system.
final class Programs {
    private static final int LIMIT_SECONDS = 60;

    private Programs() {}

    static Optional<Path> find(String name) {
        var path = System.getenv().getOrDefault("PATH", "");
        for (var folder : path.split(java.io.File.pathSeparator)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, name))) {
                return Optional.of(Path.of(folder, name));
            }
        }
        return Optional.empty();
    }

    /// Runs it to its end, at most a minute.
    ///
    /// @return its exit status and what it said
    static Result run(List<String> words) {
        try {
            var said = Files.createTempFile("wardroom", ".out");
            try {
                var process = new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
                process.getOutputStream().close();
                if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    return new Result(-1, "no end within " + LIMIT_SECONDS + " s");
                }
                return new Result(process.exitValue(), Files.readString(said, StandardCharsets.UTF_8));
            } finally {
                Files.deleteIfExists(said);
            }
        } catch (IOException missing) {
            return new Result(-1, String.valueOf(missing.getMessage()));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return new Result(-1, "interrupted");
        }
    }

    record Result(int status, String output) {
        boolean ok() {
            return status == 0;
        }
    }
}
