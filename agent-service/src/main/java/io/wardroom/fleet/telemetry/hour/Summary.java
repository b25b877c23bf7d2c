package io.wardroom.fleet.telemetry.hour;

/// What is left of many points: enough to summarise further.
public record Summary(long count, double sum, double min, double max) {
    public Summary {
        if (count < 1) {
            throw new IllegalArgumentException("a summary of %d points".formatted(count));
        }
    }

    /// The mean, which rounding never carries past the least or the greatest.
    public double mean() {
        return Math.clamp(sum / count, min, max);
    }

    /// Adds up points and summaries of points.
    public static final class Sum {
        private long count;
        private double sum;
        private double lost;
        private double min;
        private double max;

        public void add(double value) {
            add(1, value, value, value);
        }

        public void add(Summary other) {
            add(other.count, other.sum, other.min, other.max);
        }

        private void add(long more, double moreSum, double lowest, double highest) {
            min = count == 0 ? lowest : Math.min(min, lowest);
            max = count == 0 ? highest : Math.max(max, highest);
            count += more;
            // Neumaier's summation: what a rounding cuts off is kept apart, so that the order of points shows nowhere
            var total = sum + moreSum;
            lost += Math.abs(sum) >= Math.abs(moreSum) ? sum - total + moreSum : moreSum - total + sum;
            sum = total;
        }

        public boolean isEmpty() {
            return count == 0;
        }

        public Summary toSummary() {
            var whole = sum + lost;
            // with infinities the cut-off part is no number
            return new Summary(count, Double.isNaN(whole) ? sum : whole, min, max);
        }

        public void clear() {
            count = 0;
            sum = 0;
            lost = 0;
        }
    }
}
