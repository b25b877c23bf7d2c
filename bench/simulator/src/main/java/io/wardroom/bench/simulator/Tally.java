package io.wardroom.bench.simulator;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.HdrHistogram.Histogram;

/// What came of the batches. For one thread.
final class Tally {
    private static final long LONGEST_MICROS = 120_000_000;

    private final Histogram latency = new Histogram(LONGEST_MICROS, 3);
    private final Map<String, Long> others = new TreeMap<>();
    private long[] acknowledged = new long[1 << 16];
    private int acknowledgedCount;
    private long measured;
    private long duplicates;
    private long items;
    private boolean measuring;

    void beginMeasuring() {
        measuring = true;
    }

    void endMeasuring() {
        measuring = false;
    }

    /// @param intendedNanos when it was to be sent, whether or not it could be then
    void acknowledged(UUID batch, int accepted, boolean duplicate, long intendedNanos, long nowNanos) {
        if (acknowledgedCount == acknowledged.length) {
            acknowledged = Arrays.copyOf(acknowledged, acknowledgedCount * 2);
        }
        acknowledged[acknowledgedCount++] = fingerprint(batch);
        items += accepted;
        if (duplicate) {
            duplicates++;
        }
        if (measuring) {
            measured++;
            latency.recordValue(Math.clamp((nowNanos - intendedNanos) / 1000, 0, LONGEST_MICROS));
        }
    }

    /// Anything but an acknowledgement: a status, or what happened to the connection.
    void other(String what) {
        others.merge(what, 1L, Long::sum);
    }

    /// 64 of a batch id's random bits: among ten million of them one meeting is expected in 370,000 runs.
    static long fingerprint(UUID batch) {
        return batch.getMostSignificantBits() * 0x9E37_79B9_7F4A_7C15L ^ batch.getLeastSignificantBits();
    }

    /// Sorted.
    long[] acknowledgedFingerprints() {
        var sorted = Arrays.copyOf(acknowledged, acknowledgedCount);
        Arrays.sort(sorted);
        return sorted;
    }

    int acknowledgedCount() {
        return acknowledgedCount;
    }

    /// Acknowledged while measuring.
    long measured() {
        return measured;
    }

    long items() {
        return items;
    }

    long duplicates() {
        return duplicates;
    }

    Map<String, Long> others() {
        return others;
    }

    double latencyMillis(double percentile) {
        return latency.getValueAtPercentile(percentile) / 1000.0;
    }

    double worstMillis() {
        return latency.getMaxValue() / 1000.0;
    }
}
