package io.wardroom.bench.simulator;

import java.time.Duration;
import java.util.concurrent.Executors;

/// Begins requests at fixed times, whatever the answers do, and waits for the last.
///
/// @param rate requests a second
record OpenLoop(int rate, Duration warmUp, Duration duration) {
    interface Request {
        /// @param due      when it was to be sent, as `System.nanoTime` tells: latency counts from there
        /// @param measured whether the warm-up is over
        void send(long due, boolean measured);
    }

    void run(Request request) throws InterruptedException {
        var warm = warmUp.toNanos();
        var length = warm + duration.toNanos();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var begin = System.nanoTime();
            for (var i = 0L; i * 1_000_000_000L / rate < length; i++) {
                var offset = i * 1_000_000_000L / rate;
                var due = begin + offset;
                var left = due - System.nanoTime();
                if (left > 0) {
                    Thread.sleep(Duration.ofNanos(left));
                }
                threads.submit(() -> request.send(due, offset >= warm));
            }
        }
    }
}
