package io.wardroom.fleet.telemetry;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.wardroom.common.telemetry.SeriesLayout;
import io.wardroom.common.telemetry.SeriesLayout.SeriesName;
import io.wardroom.common.telemetry.proto.Moment;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.telemetry.ClosedHours.DueHour;
import io.wardroom.fleet.telemetry.ClosedHours.StoredBatch;
import io.wardroom.fleet.telemetry.hour.DayCodec;
import io.wardroom.fleet.telemetry.hour.HourCodec;
import io.wardroom.fleet.telemetry.hour.Points;
import io.wardroom.fleet.telemetry.hour.Summary;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/// Rewrites hours that are over as one row an agent, with their roll-ups. What comes late opens its hour again for a
/// moment: the row is read, merged and written once more.
@Service
class HourCloser {
    private static final Logger LOG = LoggerFactory.getLogger(HourCloser.class);

    private final ClosedHours hours;
    private final Layouts layouts;
    private final TransactionOperations transactions;
    private final TelemetryProperties properties;
    private final Clock clock;
    private final Counter closed;
    private final Counter failed;
    private final Counter oversized;
    private final Counter damaged;

    HourCloser(
            ClosedHours hours,
            Layouts layouts,
            TransactionOperations transactions,
            TelemetryProperties properties,
            Clock clock,
            MeterRegistry meters) {
        this.hours = hours;
        this.layouts = layouts;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
        this.closed = meters.counter("wardroom.telemetry.hours", "outcome", "closed");
        this.failed = meters.counter("wardroom.telemetry.hours", "outcome", "failed");
        this.oversized = meters.counter("wardroom.telemetry.hours", "outcome", "oversized");
        this.damaged = meters.counter("wardroom.telemetry.moments.damaged");
    }

    /// Closes what is due, the oldest hours first, for as long as the budget lasts; the next run goes on with the rest.
    ///
    /// @return how many hours of agents were closed
    int closeDue() {
        return TenantScope.everyTenant(this::closeDueOfAll);
    }

    private int closeDueOfAll() {
        var deadline = System.nanoTime() + properties.closeBudget().toNanos();
        var patience = clock.millis() - properties.grace().toMillis();
        var end = Hours.startOf(patience);
        var from = end - properties.batchRetention().toMillis() - Hours.MILLIS;
        var count = 0;
        for (var oldest = oldest(from, end); oldest.isPresent(); oldest = oldest(from, end)) {
            var hour = Hours.startOf(oldest.getAsLong());
            for (var due : due(hour, patience)) {
                if (System.nanoTime() > deadline) {
                    return count;
                }
                count += close(due) ? 1 : 0;
            }
            from = hour + Hours.MILLIS;
        }
        return count;
    }

    // each question in a transaction of its own: outside of one, row-level security shows nothing
    private OptionalLong oldest(long from, long to) {
        return required(transactions.execute(_ -> hours.oldest(from, to)));
    }

    private List<DueHour> due(long hour, long receivedBefore) {
        return required(transactions.execute(_ -> hours.due(hour, receivedBefore)));
    }

    private static <T> T required(@Nullable T result) {
        if (result == null) {
            throw new IllegalStateException("a transaction ended without its result");
        }
        return result;
    }

    private boolean close(DueHour due) {
        if (due.bytes() > properties.maxHourBytes()) {
            oversized.increment();
            LOG.atWarn()
                    .addKeyValue("agent", due.agent())
                    .addKeyValue("hour", due.hour())
                    .addKeyValue("bytes", due.bytes())
                    .log("an hour is too large to be closed and stays as batches");
            return false;
        }
        try {
            boolean done = required(transactions.execute(_ -> rewrite(due)));
            if (done) {
                closed.increment();
            }
            return done;
        } catch (RuntimeException failure) {
            if (Outage.isBehind(failure)) {
                throw failure;
            }
            // the hours of other agents shall not wait for this one; its batches are still there and readable
            failed.increment();
            LOG.atError()
                    .addKeyValue("agent", due.agent())
                    .addKeyValue("hour", due.hour())
                    .setCause(failure)
                    .log("an hour could not be closed");
            return false;
        }
    }

    private boolean rewrite(DueHour due) {
        hours.begin(due.agent(), Hours.dayOf(due.hour()));
        var read = read(due);
        if (read.batches().isEmpty()) {
            return false;
        }
        var points = read.points();
        if (!points.isEmpty()) {
            var layout = layoutOf(points.keySet(), read.layouts());
            layouts.store(due.tenant(), List.of(layout));
            var packed = HourCodec.pack(
                    due.hour(), layout.series().stream().map(points::get).toList());
            hours.store(due.tenant(), due.agent(), due.hour(), layout.id(due.tenant()), packed);
            rollUp(due, points, layout);
        }
        hours.delete(due.tenant(), due.agent(), read.batches());
        return true;
    }

    /// What an hour consists of.
    ///
    /// @param batches those whose layouts are all known; the others wait for theirs
    private record Read(List<StoredBatch> batches, Map<SeriesName, Points> points, Collection<SeriesLayout> layouts) {}

    private Read read(DueHour due) {
        var moments = new LinkedHashMap<StoredBatch, List<Moment>>();
        var ids = new LinkedHashSet<ByteString>();
        for (var batch : hours.batches(due.tenant(), due.agent(), due.hour())) {
            var ofBatch = HourGathering.momentsOf(batch.moments());
            ofBatch.forEach(moment -> ids.add(moment.getLayoutId()));
            moments.put(batch, ofBatch);
        }
        var before = hours.hour(due.tenant(), due.agent(), due.hour());
        before.ifPresent(row -> ids.add(row.layout()));
        var known = layouts.find(due.tenant(), ids);
        var met = new LinkedHashSet<SeriesLayout>();
        var gathering = new HourGathering(_ -> true);
        before.ifPresent(row -> {
            var layout = require(known.get(row.layout()), row.layout());
            met.add(layout);
            var series =
                    HourCodec.unpack(due.hour(), row.packed(), layout.series().size());
            for (var i = 0; i < series.size(); i++) {
                gathering.add(layout.series().get(i), series.get(i));
            }
        });
        // behind what was there: a later write wins
        var batches = new ArrayList<StoredBatch>();
        moments.forEach((batch, ofBatch) -> {
            if (ofBatch.stream().allMatch(moment -> known.containsKey(moment.getLayoutId()))) {
                batches.add(batch);
                ofBatch.forEach(moment -> {
                    var layout = require(known.get(moment.getLayoutId()), moment.getLayoutId());
                    met.add(layout);
                    add(gathering, moment, layout, due);
                });
            }
        });
        return new Read(batches, gathering.points(), met);
    }

    private void add(HourGathering gathering, Moment moment, SeriesLayout layout, DueHour due) {
        if (!gathering.add(moment, layout)) {
            damaged.increment();
            LOG.atError()
                    .addKeyValue("agent", due.agent())
                    .addKeyValue("captured_at", moment.getCapturedAtMs())
                    .log("a moment does not fit its layout and is lost");
        }
    }

    private void rollUp(DueHour due, Map<SeriesName, Points> points, SeriesLayout ofHour) {
        var day = Hours.dayOf(due.hour());
        var hourOfDay = (int) (Math.floorMod(due.hour(), Hours.MILLIS * DayCodec.HOURS) / Hours.MILLIS);
        SequencedMap<SeriesName, @Nullable Summary[]> summaries = new LinkedHashMap<>();
        var known = new ArrayList<SeriesLayout>();
        hours.day(due.tenant(), due.agent(), day).ifPresent(row -> {
            var layout =
                    require(layouts.find(due.tenant(), List.of(row.layout())).get(row.layout()), row.layout());
            known.add(layout);
            var series = DayCodec.unpack(row.packed(), layout.series().size());
            for (var i = 0; i < series.size(); i++) {
                summaries.put(layout.series().get(i), series.get(i));
            }
        });
        known.add(ofHour);
        points.forEach((name, ofSeries) -> {
            var sum = new Summary.Sum();
            for (var i = 0; i < ofSeries.size(); i++) {
                sum.add(ofSeries.value(i));
            }
            summaries.computeIfAbsent(name, _ -> new @Nullable Summary[DayCodec.HOURS])[hourOfDay] = sum.toSummary();
        });
        var layout = layoutOf(summaries.keySet(), known);
        layouts.store(due.tenant(), List.of(layout));
        var packed = DayCodec.pack(layout.series().stream().map(summaries::get).toList());
        hours.store(due.tenant(), due.agent(), day, layout.id(due.tenant()), packed);
    }

    /// A layout for exactly these series: one of the known if it has them, else all in the order of their names, so
    /// that hosts with the same series come to the same layout.
    private static SeriesLayout layoutOf(Set<SeriesName> series, Collection<SeriesLayout> known) {
        for (var layout : known) {
            if (layout.series().size() == series.size() && series.containsAll(layout.series())) {
                return layout;
            }
        }
        return new SeriesLayout(series.stream().sorted(SeriesOrder.BY_NAME).toList());
    }

    private static SeriesLayout require(@Nullable SeriesLayout layout, ByteString id) {
        if (layout == null) {
            throw new IllegalStateException(
                    "layout %s is not stored".formatted(HexFormat.of().formatHex(id.toByteArray())));
        }
        return layout;
    }
}
