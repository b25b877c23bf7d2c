package io.wardroom.fleet.telemetry;

import io.wardroom.fleet.telemetry.hour.Points;
import io.wardroom.fleet.telemetry.hour.Summary;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What is drawn of one series while its points pass by, hour after hour.
abstract sealed class Curve {
    /// The points of an answer.
    ///
    /// @param times epoch milliseconds, ascending
    record Drawn(long[] times, double[] averages, double[] minima, double[] maxima) {
        int size() {
            return times.length;
        }
    }

    private final long from;
    private final long to;

    private Curve(long from, long to) {
        this.from = from;
        this.to = to;
    }

    static Curve of(CurveQuery query, Interval interval) {
        Curve values = interval == Interval.RAW
                ? new Each(query.from(), query.to())
                : new Buckets(query.from(), query.to(), interval);
        return query.rate() ? new Rates(query.from(), query.to(), values) : values;
    }

    /// Adds the points of an hour that lie in the range. Hours come in the order of time.
    final void add(Points points) {
        for (var i = 0; i < points.size(); i++) {
            pass(points.time(i), points.value(i));
        }
    }

    void pass(long time, double value) {
        if (time >= from && time < to) {
            add(time, value, 1);
        }
    }

    /// Adds an hour of which only the summary is left.
    void add(long hour, Summary summary) {
        throw new UnsupportedOperationException("hour %d is needed point by point".formatted(hour));
    }

    /// @param weight how much the value counts in an average
    abstract void add(long time, double value, double weight);

    abstract int size();

    abstract Drawn draw();

    /// Every point as it is.
    private static final class Each extends Curve {
        private long[] times = new long[64];
        private double[] values = new double[64];
        private int size;

        Each(long from, long to) {
            super(from, to);
        }

        @Override
        void add(long time, double value, double weight) {
            if (size == times.length) {
                times = Arrays.copyOf(times, 2 * size);
                values = Arrays.copyOf(values, 2 * size);
            }
            times[size] = time;
            values[size] = value;
            size++;
        }

        @Override
        int size() {
            return size;
        }

        @Override
        Drawn draw() {
            var exact = Arrays.copyOf(values, size);
            return new Drawn(Arrays.copyOf(times, size), exact, exact, exact);
        }
    }

    /// Average, least and greatest of each stretch of time.
    private static final class Buckets extends Curve {
        private final Interval interval;
        private final long first;
        private final @Nullable Bucket[] buckets;
        private int size;

        Buckets(long from, long to, Interval interval) {
            super(from, to);
            this.interval = interval;
            this.first = interval.startOf(from);
            this.buckets = new Bucket[Math.toIntExact(interval.buckets(from, to))];
        }

        @Override
        void add(long time, double value, double weight) {
            at(time).add(value, weight);
        }

        @Override
        void add(long hour, Summary summary) {
            at(hour).add(summary);
        }

        private Bucket at(long time) {
            var index = (int) ((time - first) / interval.millis());
            var bucket = buckets[index];
            if (bucket == null) {
                bucket = new Bucket();
                buckets[index] = bucket;
                size++;
            }
            return bucket;
        }

        @Override
        int size() {
            return size;
        }

        @Override
        Drawn draw() {
            var drawn = new Drawn(new long[size], new double[size], new double[size], new double[size]);
            var next = 0;
            for (var i = 0; i < buckets.length; i++) {
                var bucket = buckets[i];
                if (bucket != null) {
                    drawn.times()[next] = first + i * interval.millis();
                    drawn.averages()[next] = bucket.average();
                    drawn.minima()[next] = bucket.min;
                    drawn.maxima()[next] = bucket.max;
                    next++;
                }
            }
            return drawn;
        }
    }

    private static final class Bucket {
        private final Summary.Sum sum = new Summary.Sum();
        private double weight;
        private double min = Double.POSITIVE_INFINITY;
        private double max = Double.NEGATIVE_INFINITY;

        void add(double value, double weightOfValue) {
            sum.add(value * weightOfValue);
            weight += weightOfValue;
            min = Math.min(min, value);
            max = Math.max(max, value);
        }

        void add(Summary summary) {
            sum.add(summary.sum());
            weight += summary.count();
            min = Math.min(min, summary.min());
            max = Math.max(max, summary.max());
        }

        double average() {
            // rounding never carries it past the least or the greatest
            return Math.clamp(sum.toSummary().sum() / weight, min, max);
        }
    }

    /// Per-second rates of a counter: of each two neighbours, at the time of the earlier. A counter that fell began
    /// anew from nothing.
    static final class Rates extends Curve {
        /// How far past the end of the range the last point's neighbour may lie.
        static final long REACH_MILLIS = Duration.ofMinutes(5).toMillis();

        private static final double MILLIS_A_SECOND = 1000;

        private final Curve drawn;
        private boolean begun;
        private long time;
        private double value;

        Rates(long from, long to, Curve drawn) {
            super(from, to);
            this.drawn = drawn;
        }

        @Override
        void pass(long next, double nextValue) {
            // what a closed hour holds beyond the reach, batches of an open one were not asked for
            if (begun && time >= drawn.from() && time < drawn.to() && next < drawn.to() + REACH_MILLIS) {
                var increase = nextValue >= value ? nextValue - value : nextValue;
                var seconds = (next - time) / MILLIS_A_SECOND;
                if (increase >= 0) {
                    drawn.add(time, increase / seconds, seconds);
                }
            }
            begun = true;
            time = next;
            value = nextValue;
        }

        @Override
        void add(long at, double rate, double weight) {
            drawn.add(at, rate, weight);
        }

        @Override
        int size() {
            return drawn.size();
        }

        @Override
        Drawn draw() {
            return drawn.draw();
        }
    }

    private long from() {
        return from;
    }

    private long to() {
        return to;
    }
}
