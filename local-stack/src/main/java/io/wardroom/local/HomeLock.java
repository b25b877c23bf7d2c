package io.wardroom.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;

/// The right to run in a folder, held by one process at a time; the system takes it back when its holder ends,
/// however it ends.
final class HomeLock implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final FileChannel channel;

    private HomeLock(FileChannel channel) {
        this.channel = channel;
    }

    /// Empty if somebody else holds it.
    static Optional<HomeLock> take(Path file) throws IOException {
        var parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return Optional.of(new HomeLock(channel));
            }
        } catch (OverlappingFileLockException heldByThisProcess) {
            channel.close();
            return Optional.empty();
        }
        channel.close();
        return Optional.empty();
    }

    /// Waits until it is free.
    ///
    /// @throws Trouble if that takes longer than the limit
    static HomeLock await(Path file, Duration limit) throws IOException {
        var deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            var lock = take(file);
            if (lock.isPresent()) {
                return lock.get();
            }
            if (System.nanoTime() > deadline) {
                throw new Trouble(
                        "Another process has held %s for %d s.".formatted(file, limit.toSeconds()), "End it first.");
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new Trouble("The wait for %s was interrupted.".formatted(file), "Try again.", null, stopped);
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
