package io.wardroom.ingest.intake;

import java.util.concurrent.atomic.AtomicLong;

/// The bytes that are under way, and the bound that keeps them in memory.
final class InFlight {
    private final long most;
    private final AtomicLong bytes = new AtomicLong();

    InFlight(long most) {
        this.most = most;
    }

    /// Room for one request; grows with it and is given back once.
    final class Lease {
        private long held;

        /// @return false where there is no more room
        boolean grow(long more) {
            if (bytes.addAndGet(more) > most) {
                bytes.addAndGet(-more);
                return false;
            }
            held += more;
            return true;
        }

        void giveBack() {
            bytes.addAndGet(-held);
            held = 0;
        }
    }

    Lease lease() {
        return new Lease();
    }

    long bytes() {
        return bytes.get();
    }

    /// From 0 to 1.
    double fill() {
        return (double) bytes.get() / most;
    }
}
