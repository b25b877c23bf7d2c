package io.wardroom.bench.simulator;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// Draws a host's curves from what it measured, in plain Java, and compares them with what people read.
final class CurveCheck {
    private static final Duration DAY = Duration.ofDays(1);
    private static final Map<String, Duration> INTERVALS = Map.of(
            "10s", Duration.ofSeconds(10),
            "1m", Duration.ofMinutes(1),
            "5m", Duration.ofMinutes(5),
            "1h", Duration.ofHours(1),
            "1d", DAY);
    private static final int MOST_AUTO = 1_000;
    /// Sums are rounded in another order.
    private static final double TOLERANCE = 1e-9;

    private final Suite suite;
    private final String agent;
    private final VirtualAgent host;
    private final TreeMap<Long, double[]> measured = new TreeMap<>();
    private int wrong;

    /// @param host whose values are still to come
    CurveCheck(Suite suite, String agent, VirtualAgent host) {
        this.suite = suite;
        this.agent = agent;
        this.host = host;
    }

    /// @return how many series of how many questions are drawn otherwise
    int wrong(Instant from, Instant to, Duration step) throws IOException, InterruptedException {
        for (var at = from; at.isBefore(to); at = at.plus(step)) {
            measured.put(at.toEpochMilli(), host.moment(new StringBuilder(), at));
        }
        for (var interval : List.of("1m", "5m", "1h", "1d", "auto")) {
            compare(from, to, interval);
        }
        // ranges that begin and end within intervals
        var length = Duration.between(from, to);
        var oddFrom = from.plus(length.dividedBy(7)).plusMillis(7_001);
        var oddTo = to.minus(length.dividedBy(5)).minusMillis(1);
        for (var interval : List.of("1m", "5m", "1h", "1d", "auto")) {
            compare(oddFrom, oddTo, interval);
        }
        compare(oddFrom, oddFrom.plus(length.dividedBy(12)), "10s");
        return wrong;
    }

    private void compare(Instant from, Instant to, String asked) throws IOException, InterruptedException {
        var answer = suite.read("/agents/%s/metrics?from=%s&to=%s&interval=%s".formatted(agent, from, to, asked));
        var interval = INTERVALS.get(answer.get("interval").asString());
        if (interval == null) {
            tell("%s is drawn at %s".formatted(asked, answer.get("interval")));
            return;
        }
        Map<SeriesName, JsonNode> drawn = new HashMap<>();
        answer.get("series")
                .forEach(series -> drawn.put(
                        SeriesName.of(series.get("name").asString(), series.path("labels")), series.get("points")));
        var names = host.names();
        if (drawn.size() != names.size()) {
            tell("%d series at %s, not %d".formatted(drawn.size(), asked, names.size()));
        }
        for (var i = 0; i < names.size(); i++) {
            var points = drawn.get(names.get(i));
            var expected = buckets(i, from.toEpochMilli(), to.toEpochMilli(), interval.toMillis());
            if (points == null || !same(points, expected)) {
                tell("%s from %s to %s at %s".formatted(names.get(i), from, to, asked));
            } else if (asked.equals("auto") && points.size() > MOST_AUTO) {
                tell("%d points of %s at auto".formatted(points.size(), names.get(i)));
            }
        }
    }

    private void tell(String what) {
        if (wrong++ < 3) {
            System.out.printf("%s: another curve: %s%n", agent, what);
        }
    }

    /// Begin, average, least and greatest of each stretch that has a value.
    private List<double[]> buckets(int series, long from, long to, long millis) {
        var buckets = new ArrayList<double[]>();
        var count = 0;
        for (var moment : measured.subMap(from, to).entrySet()) {
            var begin = (double) (Math.floorDiv(moment.getKey(), millis) * millis);
            var value = moment.getValue()[series];
            if (buckets.isEmpty() || buckets.getLast()[0] != begin) {
                buckets.add(new double[] {begin, 0, value, value});
                count = 0;
            }
            var bucket = buckets.getLast();
            count++;
            bucket[1] += (value - bucket[1]) / count;
            bucket[2] = Math.min(bucket[2], value);
            bucket[3] = Math.max(bucket[3], value);
        }
        return buckets;
    }

    private static boolean same(JsonNode points, List<double[]> expected) {
        if (points.size() != expected.size()) {
            return false;
        }
        for (var i = 0; i < expected.size(); i++) {
            var point = points.get(i);
            var one = expected.get(i);
            var average = point.get(1).asDouble();
            if (point.get(0).asLong() != (long) one[0]
                    || Math.abs(average - one[1]) > TOLERANCE * Math.max(1, Math.abs(one[1]))
                    || point.get(2).asDouble() != one[2]
                    || point.get(3).asDouble() != one[3]) {
                return false;
            }
        }
        return true;
    }
}
