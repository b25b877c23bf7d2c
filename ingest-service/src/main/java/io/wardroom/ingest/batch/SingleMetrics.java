package io.wardroom.ingest.batch;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.wardroom.common.telemetry.SeriesLayout;
import io.wardroom.common.telemetry.SeriesLayout.SeriesName;
import io.wardroom.common.telemetry.ValueCodec;
import io.wardroom.common.tenant.TenantId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;

/// Points of one time that came one by one and become one moment.
final class SingleMetrics {
    private final List<SeriesName> series = new ArrayList<>();
    private final Set<SeriesName> met = new HashSet<>();
    private double[] values = new double[16];
    private int[] indexes = new int[16];
    private int bytes;

    /// @param index the point's place in its batch
    /// @return false if the series has a point already
    boolean add(SeriesName name, double value, int index) {
        if (!met.add(name)) {
            return false;
        }
        bytes += bytesOf(name);
        if (series.size() == values.length) {
            values = Arrays.copyOf(values, values.length * 2);
            indexes = Arrays.copyOf(indexes, indexes.length * 2);
        }
        values[series.size()] = value;
        indexes[series.size()] = index;
        series.add(name);
        return true;
    }

    /// Whether the names stay below a bound with one more.
    boolean fits(SeriesName name, int most) {
        return bytes + bytesOf(name) <= most;
    }

    /// No less than it takes in the layout's record.
    private static int bytesOf(SeriesName name) {
        var bytes = 8 + CodedOutputStream.computeStringSizeNoTag(name.name());
        for (var label : name.labels().entrySet()) {
            bytes += 8
                    + CodedOutputStream.computeStringSizeNoTag(label.getKey())
                    + CodedOutputStream.computeStringSizeNoTag(label.getValue());
        }
        return bytes;
    }

    /// @param refused takes the places of points whose series the sender may not have
    /// @return empty if nothing is left
    Optional<Moment> asMoment(
            long at, TenantId tenant, KnownLayouts layouts, Allowance allowance, IntConsumer refused) {
        var layout = new SeriesLayout(series);
        var moment = moment(at, layout, tenant, layouts);
        if (moment.layout() instanceof MomentLayout.Published || allowance.admits(layout)) {
            return Optional.of(moment);
        }
        // not all of them: as many as there is room for
        var admitted = new SingleMetrics();
        for (var i = 0; i < series.size(); i++) {
            if (allowance.admits(new SeriesLayout(List.of(series.get(i))))) {
                admitted.add(series.get(i), values[i], indexes[i]);
            } else {
                refused.accept(indexes[i]);
            }
        }
        return admitted.series.isEmpty()
                ? Optional.empty()
                : Optional.of(admitted.moment(at, new SeriesLayout(admitted.series), tenant, layouts));
    }

    private Moment moment(long at, SeriesLayout layout, TenantId tenant, KnownLayouts layouts) {
        var id = layout.id(tenant);
        // the id is a digest of tenant and series itself
        var shape = shapeOf(id);
        MomentLayout known = layouts.find(shape);
        return new Moment(
                known == null ? new MomentLayout.Unpublished(id, shape, layout) : known,
                at,
                ValueCodec.pack(values, series.size()));
    }

    private static ShapeKey shapeOf(ByteString id) {
        var longs = id.asReadOnlyByteBuffer();
        return new ShapeKey(longs.getLong(), longs.getLong(), 0, 0);
    }
}
