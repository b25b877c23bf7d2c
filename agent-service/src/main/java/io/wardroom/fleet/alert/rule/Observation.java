package io.wardroom.fleet.alert.rule;

import io.wardroom.fleet.alert.Host;
import io.wardroom.fleet.telemetry.Readings.Measured;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a moment says of one series of a rule and host.
///
/// @param what  the series' labels, or the unit's name
/// @param value what was compared, where the rule compares
record Observation(
        SortedMap<String, String> what,
        Truth truth,
        @Nullable Double value) {
    /// Of one host, by series.
    ///
    /// @param missing what is true of series that are not among these
    record All(Map<UUID, Observation> bySeries, Truth missing) {}

    /// What is stored of a host beside what is said of it.
    ///
    /// @param failedUnits null where it never told its units
    record Facts(List<Measured> measured, @Nullable List<String> failedUnits) {}

    static All of(Rule rule, Host host, Facts facts, Instant moment) {
        return switch (rule.kind()) {
            case METRIC -> ofMetric(rule, host, facts.measured(), moment);
            case OFFLINE -> ofLiveness(host);
            case FAILED_UNIT -> ofUnits(rule, facts.failedUnits());
            case AGENT -> new All(Map.of(), Truth.SILENT);
        };
    }

    private static All ofMetric(Rule rule, Host host, List<Measured> measured, Instant moment) {
        var metric = rule.metric();
        if (metric == null) {
            throw new IllegalStateException("rule %s compares nothing".formatted(rule.id()));
        }
        var cores = host.cores();
        if (metric.perCore() && (cores == null || cores == 0)) {
            return new All(Map.of(), Truth.SILENT);
        }
        var divisor = metric.perCore() && cores != null ? cores : 1;
        var end = moment.toEpochMilli() + 1;
        var begin = end - metric.window().toMillis();
        var missing = Truth.SILENT;
        var found = new LinkedHashMap<UUID, Observation>();
        for (var one : measured) {
            if (!one.series().name().equals(metric.name())) {
                continue;
            }
            var first = position(one.times(), begin);
            var last = position(one.times(), end);
            if (first == last) {
                continue;
            }
            missing = Truth.ABSENT;
            var labels = one.series().labels();
            if (labels.entrySet().containsAll(rule.labels().entrySet())) {
                var value = metric.aggregate().of(one.values(), first, last) / divisor;
                found.put(
                        seriesId(labels),
                        new Observation(
                                labels,
                                metric.comparison().holds(value, metric.threshold()) ? Truth.TRUE : Truth.FALSE,
                                value));
            }
        }
        return new All(found, missing);
    }

    private static All ofLiveness(Host host) {
        var nothing = new TreeMap<String, String>();
        return new All(
                Map.of(
                        seriesId(nothing),
                        new Observation(nothing, host.offlineSince() == null ? Truth.FALSE : Truth.TRUE, null)),
                Truth.FALSE);
    }

    private static All ofUnits(Rule rule, @Nullable List<String> units) {
        if (units == null) {
            return new All(Map.of(), Truth.SILENT);
        }
        var wanted = rule.labels().get("unit");
        var failed = new LinkedHashMap<UUID, Observation>();
        for (var unit : units) {
            if (wanted == null || wanted.equals(unit)) {
                var what = new TreeMap<>(Map.of("unit", unit));
                failed.put(seriesId(what), new Observation(what, Truth.TRUE, null));
            }
        }
        return new All(failed, Truth.FALSE);
    }

    /// The first index whose time is not before `moment`.
    private static int position(long[] times, long moment) {
        var index = Arrays.binarySearch(times, moment);
        return index < 0 ? -index - 1 : index;
    }

    /// The same for the same labels, always: each behind its length, so that no two lists read the same.
    static UUID seriesId(SortedMap<String, String> labels) {
        var text = new StringBuilder();
        labels.forEach((key, value) -> text.append(key.length())
                .append(':')
                .append(key)
                .append(value.length())
                .append(':')
                .append(value));
        return UUID.nameUUIDFromBytes(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /// For a person: `mountpoint=/var, state=used`.
    String spelled() {
        if (what.containsKey("unit") && what.size() == 1) {
            return String.valueOf(what.get("unit"));
        }
        var text = new StringBuilder();
        what.forEach((key, one) ->
                text.append(text.isEmpty() ? "" : ", ").append(key).append('=').append(one));
        return text.toString();
    }

    String valueSpelled() {
        return value == null ? "" : String.format(Locale.ROOT, "%.4g", value);
    }
}
