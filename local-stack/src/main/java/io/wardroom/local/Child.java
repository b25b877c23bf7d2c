package io.wardroom.local;

import java.time.Duration;
import java.util.concurrent.Callable;

/// A running part of the stack.
record Child(Command command, Process process, ProcessRecord record) {
    private static final Duration PAUSE = Duration.ofMillis(100);

    String name() {
        return command.name();
    }

    /// Waits until the part says that it is ready; a failing question counts as "not yet".
    ///
    /// @throws Trouble if it ends before, or takes longer than the limit
    void await(Duration limit, Callable<Boolean> ready) {
        var deadline = System.nanoTime() + limit.toNanos();
        while (!answers(ready)) {
            if (!process.isAlive()) {
                throw new Trouble(
                        "%s ended while it was starting (exit status %d).".formatted(name(), process.exitValue()),
                        "The end of its log tells why.",
                        record.log());
            }
            if (System.nanoTime() > deadline) {
                throw new Trouble(
                        "%s did not come up within %d s.".formatted(name(), limit.toSeconds()),
                        "The end of its log may tell why; on a machine this busy, try again.",
                        record.log());
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new Trouble("The start of %s was interrupted.".formatted(name()), "Start again.", null, stopped);
            }
        }
    }

    private static boolean answers(Callable<Boolean> ready) {
        try {
            return ready.call();
        } catch (Trouble trouble) {
            throw trouble;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        } catch (Exception notYet) {
            // nobody listens there yet, or the answer was no answer: both are what we wait out
            return false;
        }
    }
}
