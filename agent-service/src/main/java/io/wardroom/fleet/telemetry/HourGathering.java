package io.wardroom.fleet.telemetry;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.wardroom.common.telemetry.SeriesLayout;
import io.wardroom.common.telemetry.SeriesLayout.SeriesName;
import io.wardroom.common.telemetry.ValueCodec;
import io.wardroom.common.telemetry.proto.MetricsBatch;
import io.wardroom.common.telemetry.proto.Moment;
import io.wardroom.fleet.telemetry.hour.PackedValues;
import io.wardroom.fleet.telemetry.hour.Points;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Brings the points of one agent together by series, whatever they were packed in. Points are a set: of several of
/// one series and moment the one that was added last stays.
final class HourGathering {
    private final Map<SeriesName, Points.Gathering> series = new LinkedHashMap<>();
    private final Map<ByteString, Points.@Nullable Gathering[]> byLayout = new HashMap<>();
    private final Predicate<SeriesName> wanted;

    HourGathering(Predicate<SeriesName> wanted) {
        this.wanted = wanted;
    }

    /// The moments of a stored batch.
    static List<Moment> momentsOf(byte[] stored) {
        try {
            return MetricsBatch.parseFrom(stored).getMomentsList();
        } catch (InvalidProtocolBufferException damaged) {
            throw new IllegalStateException("a stored batch cannot be read", damaged);
        }
    }

    void add(SeriesName name, Points points) {
        series.computeIfAbsent(name, _ -> new Points.Gathering()).addAll(points);
    }

    /// @return false if the moment does not have as many values as its layout has series: nothing of it was added
    boolean add(Moment moment, SeriesLayout layout) {
        var count = layout.series().size();
        if (PackedValues.count(moment.getValues()) != count) {
            return false;
        }
        var columns = byLayout.computeIfAbsent(moment.getLayoutId(), _ -> columnsOf(layout));
        var values = ValueCodec.unpack(moment.getValues(), count);
        for (var i = 0; i < count; i++) {
            var column = columns[i];
            if (column != null) {
                column.add(moment.getCapturedAtMs(), values[i]);
            }
        }
        return true;
    }

    /// Each series that has a point, in the order they were met.
    Map<SeriesName, Points> points() {
        var points = new LinkedHashMap<SeriesName, Points>();
        series.forEach((name, gathering) -> {
            if (!gathering.isEmpty()) {
                points.put(name, gathering.toPoints());
            }
        });
        return points;
    }

    private Points.@Nullable Gathering[] columnsOf(SeriesLayout layout) {
        var columns = new Points.@Nullable Gathering[layout.series().size()];
        for (var i = 0; i < columns.length; i++) {
            var name = layout.series().get(i);
            if (wanted.test(name)) {
                columns[i] = series.computeIfAbsent(name, _ -> new Points.Gathering());
            }
        }
        return columns;
    }
}
