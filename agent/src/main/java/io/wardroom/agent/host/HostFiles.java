package io.wardroom.agent.host;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The host's files below a root folder, which is `/` outside of tests.
///
/// Only regular files are opened, so that a pipe or device put in place of a file cannot hold the agent up,
/// and every read is bounded, whatever the file claims to be.
public final class HostFiles {
    public static final int MAX_LINE_BYTES = 16 << 10;

    private static final int MAX_ENTRIES = 20_000;

    private final Path root;

    public HostFiles(Path root) {
        this.root = root;
    }

    /// A path that came out of a file may hold what no path can (a NUL, say): it leads to nothing.
    public Path resolve(String absolute) {
        try {
            return root.resolve(absolute.startsWith("/") ? absolute.substring(1) : absolute);
        } catch (InvalidPathException impossible) {
            return root.resolve("no-such-path");
        }
    }

    public boolean exists(String path) {
        return Files.exists(resolve(path));
    }

    public boolean isDirectory(String path) {
        return Files.isDirectory(resolve(path));
    }

    /// The first `maxBytes` of a file; empty where there is no regular file.
    ///
    /// @throws IOException if there is one that cannot be read
    public Optional<byte[]> bytes(String path, int maxBytes) throws IOException {
        var file = resolve(path);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (var in = Files.newInputStream(file)) {
            return Optional.of(in.readNBytes(maxBytes));
        } catch (NoSuchFileException vanished) {
            return Optional.empty();
        }
    }

    /// Like [#bytes], as text; bytes that are no UTF-8 become U+FFFD.
    public Optional<String> text(String path, int maxBytes) throws IOException {
        return bytes(path, maxBytes).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    /// Hands over each line of the first `maxBytes`; a longer line than 16 KiB is cut.
    ///
    /// @return false where there is no regular file
    public boolean lines(String path, long maxBytes, Consumer<String> each) throws IOException {
        var file = resolve(path);
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (var in = Files.newInputStream(file)) {
            split(in, maxBytes, each);
            return true;
        } catch (NoSuchFileException vanished) {
            return false;
        }
    }

    public List<String> lines(String path, long maxBytes) throws IOException {
        var lines = new ArrayList<String>();
        lines(path, maxBytes, lines::add);
        return lines;
    }

    private static void split(InputStream in, long maxBytes, Consumer<String> each) throws IOException {
        var buffer = new byte[16 << 10];
        var line = new ByteArrayOutputStream(256);
        long left = maxBytes;
        boolean open = false;
        while (left > 0) {
            var read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                break;
            }
            left -= read;
            for (int i = 0; i < read; i++) {
                if (buffer[i] == '\n') {
                    each.accept(line.toString(StandardCharsets.UTF_8));
                    line.reset();
                    open = false;
                } else {
                    open = true;
                    if (line.size() < MAX_LINE_BYTES) {
                        line.write(buffer[i]);
                    }
                }
            }
        }
        if (open) {
            each.accept(line.toString(StandardCharsets.UTF_8));
        }
    }

    /// The names in a folder, sorted, at most 20,000; empty where there is no folder.
    public List<String> names(String folder) throws IOException {
        var names = new ArrayList<String>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(resolve(folder))) {
            for (var entry : entries) {
                names.add(String.valueOf(entry.getFileName()));
                if (names.size() >= MAX_ENTRIES) {
                    break;
                }
            }
        } catch (NoSuchFileException | NotDirectoryException absent) {
            return List.of();
        } catch (DirectoryIteratorException failed) {
            throw failed.getCause();
        }
        names.sort(null);
        return names;
    }

    public Optional<Instant> modified(String path) throws IOException {
        try {
            return Optional.of(Files.getLastModifiedTime(resolve(path)).toInstant());
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
    }

    public Optional<Long> size(String path) throws IOException {
        try {
            return Optional.of(Files.size(resolve(path)));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
    }
}
