package io.wardroom.ingest.batch;

/// Where items go that are no metrics.
public enum Stream {
    INVENTORY,
    ALERTS,
    SIGNALS
}
