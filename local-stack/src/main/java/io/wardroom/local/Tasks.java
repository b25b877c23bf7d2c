package io.wardroom.local;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// Work done side by side; the first failure ends all.
final class Tasks implements AutoCloseable {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ExecutorCompletionService<Void> finished = new ExecutorCompletionService<>(threads);
    private final List<Future<Void>> started = new ArrayList<>();

    interface Work {
        void run() throws Exception;
    }

    void run(Work work) {
        started.add(finished.submit(() -> {
            work.run();
            return null;
        }));
    }

    /// Waits for all.
    ///
    /// @throws Trouble what the first that failed says
    void join() {
        for (int i = 0; i < started.size(); i++) {
            try {
                finished.take().get();
            } catch (ExecutionException failed) {
                throw failed.getCause() instanceof Trouble trouble ? trouble : unexpected(failed.getCause());
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new Trouble("The start was interrupted.", "Start again.", null, stopped);
            }
        }
    }

    private static Trouble unexpected(@Nullable Throwable cause) {
        return new Trouble("Something unexpected went wrong: " + cause + ".", "The log tells where.", null, cause);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
