package io.wardroom.fleet.telemetry;

import io.wardroom.common.telemetry.SeriesLayout.SeriesName;
import io.wardroom.common.tenant.TenantId;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The wish to see what an agent measured.
///
/// @param from     epoch milliseconds
/// @param to       epoch milliseconds, no longer part of it
/// @param interval null lets the service choose
/// @param names    which series; all where empty
/// @param labels   which values a label may have
/// @param rate     per-second rates of counters instead of their values
record CurveQuery(
        TenantId tenant,
        UUID agent,
        long from,
        long to,
        @Nullable Interval interval,
        Set<String> names,
        Map<String, Set<String>> labels,
        boolean rate) {
    boolean wants(SeriesName series) {
        return (names.isEmpty() || names.contains(series.name()))
                && labels.entrySet().stream().allMatch(label -> {
                    var value = series.labels().get(label.getKey());
                    return value != null && label.getValue().contains(value);
                });
    }

    CurveQuery at(Interval chosen) {
        return new CurveQuery(tenant, agent, from, to, chosen, names, labels, rate);
    }

    /// Every way the wish can end.
    sealed interface Outcome {
        /// @param interval the one that was asked for, or chosen
        record Found(Interval interval, Map<SeriesName, Curve.Drawn> curves) implements Outcome {}

        record NoSuchAgent() implements Outcome {}

        /// @param field which part of the wish to change
        record TooMuch(String field, String reason) implements Outcome {}

        /// Too many ask at once.
        record Busy() implements Outcome {}
    }
}
