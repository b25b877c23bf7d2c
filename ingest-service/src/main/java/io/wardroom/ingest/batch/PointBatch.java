package io.wardroom.ingest.batch;

import io.wardroom.common.telemetry.SeriesLayout.SeriesName;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.ingest.batch.ItemFault.Code;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/// Puts a batch together from points that were read from another form than our own, within the same bounds. One bad
/// point never loses the good ones.
public final class PointBatch {
    // in one order, whatever order they came in: the same points make the same layout again
    private static final Comparator<Point> ORDER = Comparator.comparingInt(Point::group)
            .thenComparingLong(Point::at)
            .thenComparing(point -> point.series().name())
            .thenComparing(point -> point.series().labels().toString());

    private final BatchLimits limits;
    private final KnownLayouts layouts;
    private final Allowance allowance;
    private final TenantId tenant;
    private final long nowMs;
    private final List<Point> points = new ArrayList<>();
    private final Set<Place> met = new HashSet<>();
    private final List<Rejection> rejected = new ArrayList<>(0);
    private boolean dated;
    private int index;

    private record Point(int group, long at, SeriesName series, double value, int index) {}

    private record Place(long at, SeriesName series) {}

    private record Group(int number, long at) {}

    public PointBatch(BatchLimits limits, KnownLayouts layouts, Allowance allowance, TenantId tenant, Instant now) {
        this.limits = limits;
        this.layouts = layouts;
        this.allowance = allowance;
        this.tenant = tenant;
        this.nowMs = now.toEpochMilli();
    }

    /// @param group points of one group and time are stored together
    /// @param atMs  epoch milliseconds; 0 for the time of receipt
    public void add(int group, String name, SortedMap<String, String> labels, long atMs, double value) {
        var place = index++;
        try {
            check(name, labels, atMs, value);
            var at = atMs == 0 ? nowMs : atMs;
            var series = new SeriesName(name, labels);
            if (!met.add(new Place(at, series))) {
                throw new ItemFault(Code.DUPLICATE_SERIES, "the same name and labels come twice for one time");
            }
            points.add(new Point(group, at, series, value, place));
            dated |= atMs != 0;
        } catch (ItemFault fault) {
            rejected.add(new Rejection(place, fault.code().name(), fault.detail()));
        }
    }

    /// Counts a point that cannot be taken for a reason of its form.
    public void refuse(String detail) {
        rejected.add(new Rejection(index++, Code.VALIDATION_ERROR.name(), detail));
    }

    private void check(String name, SortedMap<String, String> labels, long atMs, double value) throws ItemFault {
        if (!allowance.hasRoom()) {
            throw ItemFault.noRoom();
        }
        if (points.size() == limits.samples()) {
            throw new ItemFault(Code.TOO_MANY_SAMPLES, "a request may hold %d points".formatted(limits.samples()));
        }
        if (name.isEmpty() || name.length() > limits.nameLength() || !Texts.isLine(name)) {
            throw ItemFault.invalid(
                    "name", "must have 1 to %d characters, none a control character".formatted(limits.nameLength()));
        }
        if (labels.size() > limits.labels()) {
            throw ItemFault.invalid("attributes", "may be at most %d".formatted(limits.labels()));
        }
        for (var label : labels.entrySet()) {
            if (label.getKey().isEmpty()
                    || label.getKey().length() > limits.labelLength()
                    || label.getValue().length() > 2 * limits.labelLength()
                    || !Texts.isLine(label.getKey())
                    || !Texts.isLine(label.getValue())) {
                throw ItemFault.invalid(
                        "attributes",
                        "must have keys of 1 to %d and values of at most %d characters, none a control character"
                                .formatted(limits.labelLength(), 2 * limits.labelLength()));
            }
        }
        if (!Double.isFinite(value)) {
            throw new ItemFault(Code.VALUE_OUT_OF_RANGE, "a value must be a finite number");
        }
        if (atMs != 0
                && (atMs < nowMs - limits.oldest().toMillis()
                        || atMs > nowMs + limits.ahead().toMillis())) {
            throw new ItemFault(
                    Code.TIME_OUT_OF_RANGE,
                    "a point's time is %s".formatted(atMs < nowMs ? "too long ago" : "too far ahead"));
        }
    }

    /// The batch, which proves that its sender lives even where it holds no point.
    public ParsedBatch toBatch() {
        var groups = new LinkedHashMap<Group, SingleMetrics>();
        points.sort(ORDER);
        for (var point : points) {
            var group = groups.computeIfAbsent(new Group(point.group(), point.at()), _ -> new SingleMetrics());
            if (group.fits(point.series(), limits.itemBytes())) {
                group.add(point.series(), point.value(), point.index());
            } else {
                rejected.add(new Rejection(
                        point.index(), Code.ITEM_TOO_LARGE.name(), "the names of one time take too many bytes"));
            }
        }
        var moments = new ArrayList<Moment>(groups.size());
        groups.forEach((group, metrics) -> metrics.asMoment(
                        group.at(), tenant, layouts, allowance, place -> rejected.add(ItemFault.tooManySeries(place)))
                .ifPresent(moments::add));
        var taken = index - rejected.size();
        return new ParsedBatch(null, "", 0, 0, "", moments, Map.of(), true, dated, taken, rejected, taken, 0);
    }
}
