package io.wardroom.fleet.telemetry;

import com.google.protobuf.ByteString;
import io.wardroom.common.telemetry.SeriesLayout;
import io.wardroom.common.telemetry.SeriesLayout.SeriesName;
import io.wardroom.common.telemetry.proto.Moment;
import io.wardroom.fleet.agent.Agents;
import io.wardroom.fleet.telemetry.CurveQuery.Outcome;
import io.wardroom.fleet.telemetry.StoredCurves.Wanted;
import io.wardroom.fleet.telemetry.hour.DayCodec;
import io.wardroom.fleet.telemetry.hour.HourCodec;
import io.wardroom.fleet.telemetry.hour.Points;
import io.wardroom.fleet.telemetry.hour.Summary;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/// Draws what agents measured, from the cheapest of what is stored that is exact enough: hourly roll-ups for whole
/// hours that are closed, columns of closed hours, batches of open ones.
@Service
class Curves {
    private static final int AUTO_POINTS = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    /// Up to so many series of a layout are cut out inside the database; beyond, whole rows are cheaper.
    private static final int CUT_OUT = 4;

    private final StoredCurves stored;
    private final Layouts layouts;
    private final Agents agents;
    private final TelemetryProperties properties;
    private final TransactionTemplate reading;
    private final Semaphore places;

    Curves(
            StoredCurves stored,
            Layouts layouts,
            Agents agents,
            TelemetryProperties properties,
            PlatformTransactionManager transactions) {
        this.stored = stored;
        this.layouts = layouts;
        this.agents = agents;
        this.properties = properties;
        this.reading = new TransactionTemplate(transactions);
        this.reading.setReadOnly(true);
        this.places = new Semaphore(properties.concurrentReads(), true);
    }

    Outcome read(CurveQuery query) {
        var refusal = tooLong(query);
        if (refusal != null) {
            return refusal;
        }
        try {
            // an answer may take megabytes while it is drawn: so many at a time
            if (!places.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                return new Outcome.Busy();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return new Outcome.Busy();
        }
        try {
            var outcome = reading.execute(_ -> draw(query));
            if (outcome == null) {
                throw new IllegalStateException("a query ended without an outcome");
            }
            return outcome;
        } catch (TooMuchException tooMuch) {
            return tooMuch.outcome;
        } finally {
            places.release();
        }
    }

    /// What can be refused without asking the database.
    private Outcome.@Nullable TooMuch tooLong(CurveQuery query) {
        var interval = query.interval();
        if (interval == null) {
            return Interval.DAY.buckets(query.from(), query.to()) > AUTO_POINTS
                    ? new Outcome.TooMuch("from", "is more than %d days before to".formatted(AUTO_POINTS - 1))
                    : null;
        }
        if (interval != Interval.RAW) {
            var points = interval.buckets(query.from(), query.to());
            if (points > properties.maxSeriesPoints()) {
                return new Outcome.TooMuch(
                        "interval",
                        "%s gives %d points a series over this range, %d are allowed"
                                .formatted(interval.spelled(), points, properties.maxSeriesPoints()));
            }
        }
        return null;
    }

    private Outcome draw(CurveQuery query) {
        if (!agents.exists(query.tenant(), query.agent())) {
            return new Outcome.NoSuchAgent();
        }
        var asked = query.interval();
        if (asked != null) {
            return draw(query, asked);
        }
        for (var interval : Interval.values()) {
            if (interval != Interval.RAW && interval.buckets(query.from(), query.to()) <= AUTO_POINTS) {
                try {
                    return draw(query.at(interval), interval);
                } catch (TooMuchException tooMuch) {
                    if (interval == Interval.DAY) {
                        throw tooMuch;
                    }
                    // too many series for this one: the next is coarser
                }
            }
        }
        throw new IllegalStateException("no interval fits a range that was let in");
    }

    private Outcome draw(CurveQuery query, Interval interval) {
        var drawing = new Drawing(query, interval);
        drawing.readOpen();
        if (interval.isOfWholeHours() && !query.rate()) {
            drawing.readDays();
        } else {
            drawing.readHours(query.from(), drawing.end);
        }
        return drawing.finish();
    }

    /// One answer while it is put together.
    private final class Drawing {
        private final CurveQuery query;
        private final Interval interval;
        private final long end;
        private final Map<SeriesName, Curve> curves = new HashMap<>();
        private final NavigableMap<Long, List<Moment>> open = new TreeMap<>();
        private Map<ByteString, SeriesLayout> openLayouts = Map.of();
        private long points;

        Drawing(CurveQuery query, Interval interval) {
            this.query = query;
            this.interval = interval;
            this.end = query.rate() ? query.to() + Curve.Rates.REACH_MILLIS : query.to();
        }

        void readOpen() {
            var bytes = new long[1];
            stored.openBatches(query.tenant(), query.agent(), Hours.startOf(query.from()), end, batch -> {
                bytes[0] += batch.moments().length;
                if (bytes[0] > properties.maxOpenBytes()) {
                    throw new TooMuchException(
                            "from", "there is more than a query may read that is not packed yet; shorten the range");
                }
                open.computeIfAbsent(Hours.startOf(batch.at()), _ -> new ArrayList<>())
                        .addAll(HourGathering.momentsOf(batch.moments()));
            });
            var ids = new HashSet<ByteString>();
            open.values().forEach(moments -> moments.forEach(moment -> ids.add(moment.getLayoutId())));
            openLayouts = layouts.find(query.tenant(), ids);
            expect(openLayouts.values());
        }

        /// Takes whole hours that are closed from their roll-ups, the others point by point.
        void readDays() {
            var wholeFrom = Hours.startOf(query.from() + Hours.MILLIS - 1);
            var wholeTo = Hours.startOf(query.to());
            if (wholeFrom >= wholeTo) {
                readHours(query.from(), query.to());
                return;
            }
            if (query.from() < wholeFrom) {
                readHours(query.from(), wholeFrom);
            }
            var first = Hours.dayOf(wholeFrom);
            var last = Hours.dayOf(wholeTo - 1);
            LongPredicate summarised = hour -> hour >= wholeFrom && hour < wholeTo && !open.containsKey(hour);
            var known = known(stored.layoutsOfDays(query.tenant(), query.agent(), first, last));
            var wanted = wanted(known);
            if (wanted.stream().allMatch(one -> one.positions().size() <= CUT_OUT)) {
                if (!wanted.isEmpty()) {
                    stored.cutDays(query.tenant(), query.agent(), first, last, wanted, day -> {
                        var name = layout(known, day.layout()).series().get(day.position());
                        add(name, day.day(), DayCodec.unpack(day.chunk()), summarised);
                    });
                }
            } else {
                stored.wholeDays(query.tenant(), query.agent(), first, last, day -> {
                    var series = layout(known, day.layout()).series();
                    var summaries = DayCodec.unpack(day.packed(), series.size());
                    for (var i = 0; i < series.size(); i++) {
                        if (query.wants(series.get(i))) {
                            add(series.get(i), day.day(), summaries.get(i), summarised);
                        }
                    }
                });
            }
            // late batches of a closed hour: its roll-up is not complete, its points are
            for (var hour :
                    List.copyOf(open.subMap(wholeFrom, true, wholeTo, false).keySet())) {
                readHours(hour, hour + Hours.MILLIS);
            }
            if (wholeTo < query.to()) {
                readHours(wholeTo, query.to());
            }
        }

        private void add(SeriesName name, LocalDate day, @Nullable Summary[] summaries, LongPredicate summarised) {
            var begin = day.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
            for (var i = 0; i < summaries.length; i++) {
                var summary = summaries[i];
                var hour = begin + i * Hours.MILLIS;
                if (summary != null && summarised.test(hour)) {
                    curve(name).add(hour, summary);
                }
            }
        }

        /// Takes the hours that `[from, to)` touches point by point, closed and open, in the order of time.
        void readHours(long from, long to) {
            var begin = Hours.startOf(from);
            var known = known(stored.layoutsOfHours(query.tenant(), query.agent(), begin, to));
            var wanted = wanted(known);
            var pending = new Pending(begin);
            if (wanted.stream().allMatch(one -> one.positions().size() <= CUT_OUT)) {
                if (!wanted.isEmpty()) {
                    stored.cutHours(query.tenant(), query.agent(), begin, to, wanted, hour -> {
                        pending.reach(hour.hour());
                        pending.closed.put(
                                layout(known, hour.layout()).series().get(hour.position()),
                                HourCodec.unpack(hour.hour(), hour.times(), hour.values()));
                    });
                }
            } else {
                stored.wholeHours(query.tenant(), query.agent(), begin, to, hour -> {
                    pending.reach(hour.hour());
                    var series = layout(known, hour.layout()).series();
                    var columns = HourCodec.unpack(hour.hour(), hour.packed(), series.size());
                    for (var i = 0; i < series.size(); i++) {
                        if (query.wants(series.get(i))) {
                            pending.closed.put(series.get(i), columns.get(i));
                        }
                    }
                });
            }
            pending.reach(to);
        }

        /// The hour under way: its closed columns arrive one by one, then its open batches are laid over them.
        private final class Pending {
            private final Map<SeriesName, Points> closed = new LinkedHashMap<>();
            private long hour;

            Pending(long begin) {
                this.hour = begin;
            }

            /// Finishes all hours that begin before `next`.
            void reach(long next) {
                if (next == hour) {
                    return;
                }
                finish(hour);
                for (var between : open.subMap(hour, false, next, false).keySet()) {
                    finish(between);
                }
                hour = next;
            }

            private void finish(long done) {
                var moments = open.get(done);
                var merged = moments == null ? closed : merge(moments);
                merged.forEach((name, ofHour) -> {
                    var curve = curve(name);
                    points -= curve.size();
                    curve.add(ofHour);
                    points += curve.size();
                    if (curve.size() > properties.maxSeriesPoints() || points > properties.maxPoints()) {
                        throw new TooMuchException(
                                "interval", "%s gives too many points over this range".formatted(interval.spelled()));
                    }
                });
                closed.clear();
            }

            private Map<SeriesName, Points> merge(List<Moment> moments) {
                var gathering = new HourGathering(query::wants);
                closed.forEach(gathering::add);
                for (var moment : moments) {
                    var layout = openLayouts.get(moment.getLayoutId());
                    // one whose layout has not come yet cannot be read yet; one that does not fit it never
                    if (layout != null) {
                        gathering.add(moment, layout);
                    }
                }
                return gathering.points();
            }
        }

        Outcome finish() {
            var drawn = new LinkedHashMap<SeriesName, Curve.Drawn>();
            curves.keySet().stream().sorted(SeriesOrder.BY_NAME).forEach(name -> {
                var curve = curve(name);
                if (curve.size() > 0) {
                    drawn.put(name, curve.draw());
                }
            });
            return new Outcome.Found(interval, drawn);
        }

        private Curve curve(SeriesName name) {
            return curves.computeIfAbsent(name, _ -> Curve.of(query, interval));
        }

        private Map<ByteString, SeriesLayout> known(Set<ByteString> ids) {
            var known = layouts.find(query.tenant(), ids);
            expect(known.values());
            return known;
        }

        /// Refuses before anything is unpacked what would not fit an answer.
        private void expect(Collection<SeriesLayout> met) {
            var wanted = new LinkedHashSet<>(curves.keySet());
            met.forEach(layout -> layout.series().stream().filter(query::wants).forEach(wanted::add));
            if (interval == Interval.RAW) {
                return;
            }
            var expected = wanted.size() * interval.buckets(query.from(), query.to());
            if (expected > properties.maxPoints()) {
                throw new TooMuchException(
                        "interval",
                        "%d series at %s give up to %d points over this range, %d are allowed; choose by name or label"
                                .formatted(wanted.size(), interval.spelled(), expected, properties.maxPoints()));
            }
        }

        private List<Wanted> wanted(Map<ByteString, SeriesLayout> known) {
            return known.entrySet().stream()
                    .map(entry -> {
                        var series = entry.getValue().series();
                        var positions = IntStream.range(0, series.size())
                                .filter(i -> query.wants(series.get(i)))
                                .boxed()
                                .toList();
                        return new Wanted(entry.getKey(), positions, series.size());
                    })
                    .filter(one -> !one.positions().isEmpty())
                    .toList();
        }

        private static SeriesLayout layout(Map<ByteString, SeriesLayout> known, ByteString id) {
            var layout = known.get(id);
            if (layout == null) {
                throw new IllegalStateException("the layout of a closed hour is not stored");
            }
            return layout;
        }
    }

    /// Leaves the reading of rows in the middle.
    private static final class TooMuchException extends RuntimeException {
        private final transient Outcome.TooMuch outcome;

        TooMuchException(String field, String reason) {
            super(reason, null, false, false);
            this.outcome = new Outcome.TooMuch(field, reason);
        }
    }
}
