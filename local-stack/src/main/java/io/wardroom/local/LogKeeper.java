package io.wardroom.local;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Keeps each log below a size: what is full becomes `<name>.log.1`, and the file starts anew under the writer's hands.
final class LogKeeper implements AutoCloseable {
    static final long LARGEST_BYTES = 16L << 20;
    private static final long TAIL_BYTES = 64 << 10;

    private final Path folder;
    private final PrintStream complaints;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("log-keeper").factory());

    LogKeeper(Path folder, PrintStream complaints) {
        this.folder = folder;
        this.complaints = complaints;
    }

    void start() {
        clock.scheduleWithFixedDelay(this::look, 2, 2, TimeUnit.SECONDS);
    }

    private void look() {
        try {
            keep(LARGEST_BYTES);
        } catch (IOException | RuntimeException failed) {
            complaints.println("The logs in " + folder + " could not be kept small: " + failed);
        }
    }

    void keep(long largestBytes) throws IOException {
        try (var logs = Files.newDirectoryStream(folder, "*.log")) {
            for (var log : logs) {
                if (Files.size(log) > largestBytes) {
                    Files.copy(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
                    // writers append, so theirs goes on at the new start
                    try (var channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
                        channel.truncate(0);
                    }
                }
            }
        }
    }

    /// The last lines of a log; none if there is no log.
    static List<String> tail(Path log, int lines) throws IOException {
        if (!Files.exists(log)) {
            return List.of();
        }
        try (var channel = FileChannel.open(log, StandardOpenOption.READ)) {
            var from = Math.max(0, channel.size() - TAIL_BYTES);
            var bytes = java.nio.ByteBuffer.allocate((int) (channel.size() - from));
            channel.position(from);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                continue;
            }
            var all = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return all.subList(Math.max(0, all.size() - lines), all.size());
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
