package io.wardroom.ingest.batch;

import io.wardroom.common.telemetry.SeriesLayout;

/// What the sender of a batch may still store. Asked once an item, and for series only where their layout is new.
public interface Allowance {
    Allowance UNLIMITED = new Allowance() {
        @Override
        public boolean hasRoom() {
            return true;
        }

        @Override
        public boolean admits(SeriesLayout layout) {
            return true;
        }
    };

    /// Whether the tenant may store more measured values today.
    boolean hasRoom();

    /// Whether the agent may have these series beside those it has already; they count as its own from then on.
    boolean admits(SeriesLayout layout);
}
