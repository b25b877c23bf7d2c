package io.wardroom.audit.webhook;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// The deliveries of one webhook that this replica has in hand. A slow receiver keeps its own lane waiting, and
/// nobody else's.
final class Lane {
    /// Requests to one receiver at the same moment.
    static final int AT_ONCE = 8;

    // of a receiver that answers quickly more is taken at a time, so that its lane does not run empty
    private static final int MOST_OF_QUICK = 64;
    private static final Duration QUICK = Duration.ofMillis(500);

    private static final int LONG_AT_ONCE = 2;
    private static final Duration LONG_WAIT = Duration.ofSeconds(5);

    private final Semaphore permits = new Semaphore(AT_ONCE, true);
    private final Semaphore longPermits = new Semaphore(LONG_AT_ONCE);
    private final AtomicInteger inHand = new AtomicInteger();
    private volatile boolean quick;

    /// How many more this lane takes.
    int room() {
        return Math.max(0, (quick ? MOST_OF_QUICK : AT_ONCE) - inHand.get());
    }

    void take() {
        inHand.incrementAndGet();
    }

    void leave() {
        inHand.decrementAndGet();
    }

    void enter() throws InterruptedException {
        permits.acquire();
    }

    /// @param taken whether the receiver took what it was sent
    void exit(Duration took, boolean taken) {
        quick = taken && took.compareTo(QUICK) < 0;
        permits.release();
    }

    /// Long bodies are held by few at a time, so that one receiver does not use up what there is for all.
    boolean enterWithLongBody() throws InterruptedException {
        return longPermits.tryAcquire(LONG_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    void exitWithLongBody() {
        longPermits.release();
    }
}
