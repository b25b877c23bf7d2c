package io.wardroom.fleet.telemetry.hour;

import java.util.Arrays;

/// Points of one series, ascending by time, one a moment.
public final class Points {
    public static final Points NONE = new Points(new long[0], new double[0]);

    private final long[] times;
    private final double[] values;

    /// Takes the arrays as they are: epoch milliseconds, strictly ascending, and as many values.
    Points(long[] times, double[] values) {
        this.times = times;
        this.values = values;
    }

    public int size() {
        return times.length;
    }

    /// Epoch milliseconds of the point at `index`.
    public long time(int index) {
        return times[index];
    }

    public double value(int index) {
        return values[index];
    }

    long[] times() {
        return times;
    }

    double[] values() {
        return values;
    }

    /// Gathers points in any order; of several at one moment the one that was added last stays.
    public static final class Gathering {
        private static final int FIRST_SIZE = 64;

        private long[] times = new long[FIRST_SIZE];
        private double[] values = new double[FIRST_SIZE];
        private int size;
        private boolean ascending = true;

        public void add(long time, double value) {
            if (size == times.length) {
                times = Arrays.copyOf(times, size * 2);
                values = Arrays.copyOf(values, size * 2);
            }
            ascending &= size == 0 || times[size - 1] < time;
            times[size] = time;
            values[size] = value;
            size++;
        }

        public void addAll(Points points) {
            for (var i = 0; i < points.size(); i++) {
                add(points.time(i), points.value(i));
            }
        }

        public boolean isEmpty() {
            return size == 0;
        }

        public Points toPoints() {
            if (ascending) {
                return new Points(Arrays.copyOf(times, size), Arrays.copyOf(values, size));
            }
            var order = new Integer[size];
            Arrays.setAll(order, i -> i);
            // stable: what was added later stays behind what was added earlier at the same moment
            Arrays.sort(order, (one, other) -> Long.compare(times[one], times[other]));
            var sortedTimes = new long[size];
            var sortedValues = new double[size];
            var kept = 0;
            for (var index : order) {
                if (kept > 0 && sortedTimes[kept - 1] == times[index]) {
                    kept--;
                }
                sortedTimes[kept] = times[index];
                sortedValues[kept] = values[index];
                kept++;
            }
            return new Points(Arrays.copyOf(sortedTimes, kept), Arrays.copyOf(sortedValues, kept));
        }
    }
}
