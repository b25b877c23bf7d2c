package io.wardroom.agent.metrics;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// One value of one series at the moment of its batch.
///
/// @param labels sorted by name, so that a series is always written the same way
public record Sample(String name, SortedMap<String, String> labels, BigDecimal value) {
    /// By name, then labels: the order of a batch, the same each time for the same series.
    public static final Comparator<Sample> ORDER =
            Comparator.comparing(Sample::name).thenComparing(sample -> sample.labels.toString());

    private static final int MAX_LABEL = 256;

    static Sample whole(String name, Map<String, String> labels, long value) {
        return new Sample(name, bounded(labels), BigDecimal.valueOf(value));
    }

    /// A ratio or load: rounded to `digits` decimals, which pack into few bits where a full double would not.
    static Sample decimal(String name, Map<String, String> labels, double value, int digits) {
        var rounded = BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP);
        return new Sample(
                name, bounded(labels), rounded.signum() == 0 ? BigDecimal.ZERO : rounded.stripTrailingZeros());
    }

    private static SortedMap<String, String> bounded(Map<String, String> labels) {
        var sorted = new TreeMap<String, String>();
        labels.forEach(
                (name, value) -> sorted.put(name, value.length() > MAX_LABEL ? value.substring(0, MAX_LABEL) : value));
        return sorted;
    }
}
