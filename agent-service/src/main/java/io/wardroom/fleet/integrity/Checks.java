package io.wardroom.fleet.integrity;

import io.wardroom.fleet.integrity.Trace.Moments;
import io.wardroom.fleet.integrity.Verdict.Fails;
import io.wardroom.fleet.integrity.Verdict.Passes;
import io.wardroom.fleet.integrity.Verdict.Unknown;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.stream.IntStream;

/// The contract's thresholds, held against what is remembered of an agent's newest start.
final class Checks {
    static final Duration DRIFT = Duration.ofMinutes(5);
    /// At the usual interval of 15 s: 7 s and 23 s.
    static final double LEAST_CADENCE = 7.0 / 15;

    static final double GREATEST_CADENCE = 23.0 / 15;
    static final double FLAT = 0.001;
    static final int FLAT_SAMPLES = 30;

    private static final String HIGH = "high";

    private Checks() {}

    static Verdict clockDrift(Trace trace) {
        if (trace.drifts().size() < Trace.DRIFTS) {
            return new Unknown();
        }
        var mean = trace.drifts().stream().mapToLong(Long::longValue).average().orElseThrow();
        if (Math.abs(mean) <= DRIFT.toMillis()) {
            return new Passes();
        }
        return new Fails(
                HIGH,
                "The agent's clock is %d s %s the hub's"
                        .formatted(Math.round(Math.abs(mean) / 1_000), mean > 0 ? "behind" : "ahead of"),
                Map.of(
                        "mean_drift_ms",
                        Math.round(mean),
                        "samples",
                        trace.drifts().size()));
    }

    static Verdict cadence(Trace trace, Duration interval) {
        // who names no start of its own is no agent of ours, and nobody asked it to keep an interval
        if (trace.instance().isEmpty() || trace.captured().size() <= Trace.GAPS) {
            return new Unknown();
        }
        var gaps = IntStream.range(1, trace.captured().size())
                .mapToLong(i -> trace.captured().get(i) - trace.captured().get(i - 1))
                .sorted()
                .toArray();
        var median = (gaps[(gaps.length - 1) / 2] + gaps[gaps.length / 2]) / 2.0;
        // rounded: 7 s and 23 s themselves are fine
        var least = Math.round(interval.toMillis() * LEAST_CADENCE);
        var greatest = Math.round(interval.toMillis() * GREATEST_CADENCE);
        if (median >= least && median <= greatest) {
            return new Passes();
        }
        return new Fails(
                "medium",
                "The agent measures every %.1f s instead of every %d s".formatted(median / 1_000, interval.toSeconds()),
                Map.of("median_gap_ms", Math.round(median), "least_ms", least, "greatest_ms", greatest));
    }

    static Verdict flatMetrics(Trace trace) {
        var hour = trace.cpu().values().stream().reduce(Moments.NONE, Moments::plus);
        if (hour.count() < FLAT_SAMPLES) {
            return new Unknown();
        }
        if (hour.deviation() >= FLAT) {
            return new Passes();
        }
        return new Fails(
                HIGH,
                "The CPU's utilisation did not move within an hour",
                Map.of("deviation", hour.deviation(), "samples", hour.count()));
    }

    /// @param seen all versions that count
    static Verdict versionDowngrade(Trace trace, Collection<String> seen) {
        var version = trace.version();
        var greatest = Versions.greatest(seen);
        if (version == null || greatest.isEmpty()) {
            return new Unknown();
        }
        if (!Versions.isLess(version, greatest.get())) {
            return new Passes();
        }
        return new Fails(
                HIGH,
                "The agent went from version %s back to %s".formatted(greatest.get(), version),
                Map.of("version", version, "greatest_version", greatest.get()));
    }
}
