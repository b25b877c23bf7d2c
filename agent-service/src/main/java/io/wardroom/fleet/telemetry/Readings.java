package io.wardroom.fleet.telemetry;

import com.google.protobuf.ByteString;
import io.wardroom.common.telemetry.SeriesLayout;
import io.wardroom.common.telemetry.SeriesLayout.SeriesName;
import io.wardroom.common.telemetry.proto.Moment;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.telemetry.StoredCurves.Wanted;
import io.wardroom.fleet.telemetry.hour.HourCodec;
import io.wardroom.fleet.telemetry.hour.Points;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/// What many agents measured in a short range, point by point, for features that judge it.
@Repository
public class Readings {
    private static final Logger LOG = LoggerFactory.getLogger(Readings.class);
    private static final int FETCH_SIZE = 1_000;
    /// A batch may begin before the range it reaches into; one that is longer than this is not looked for.
    private static final long LONGEST_BATCH_MILLIS = 60_000;

    private static final long MOST_BYTES = 64L << 20;

    private final JdbcClient jdbc;
    private final StoredCurves curves;
    private final Layouts layouts;
    private final TelemetryProperties properties;
    private final Clock clock;

    Readings(JdbcClient jdbc, StoredCurves curves, Layouts layouts, TelemetryProperties properties, Clock clock) {
        this.jdbc = jdbc;
        this.curves = curves;
        this.layouts = layouts;
        this.properties = properties;
        this.clock = clock;
    }

    /// The points of one series.
    ///
    /// @param times epoch milliseconds, ascending
    public record Measured(SeriesName series, long[] times, double[] values) {}

    /// Reads the series whose names are wanted in `[from, to)`, epoch milliseconds, in the running transaction. Of an
    /// agent that sends more batches than it may the newest ones are read. Agents without a point are absent.
    @Transactional(propagation = Propagation.MANDATORY)
    public Map<UUID, List<Measured>> read(Map<UUID, TenantId> agents, Set<String> names, long from, long to) {
        if (agents.isEmpty() || names.isEmpty()) {
            return Map.of();
        }
        // an agent may send one batch a second
        var most = (int) ((to - from + LONGEST_BATCH_MILLIS) / 1_000);
        return gather(agents, series -> names.contains(series.name()), from, to, most);
    }

    /// As [#read], of one agent and as much as is stored.
    @Transactional(propagation = Propagation.MANDATORY)
    public List<Measured> readAll(TenantId tenant, UUID agent, Predicate<SeriesName> wanted, long from, long to) {
        return gather(Map.of(agent, tenant), wanted, from, to, Integer.MAX_VALUE)
                .getOrDefault(agent, List.of());
    }

    /// When an agent measured anything in `[from, to)`, epoch milliseconds, ascending: by the first series of each of
    /// its layouts, since all series of a moment share its time.
    @Transactional(propagation = Propagation.MANDATORY)
    public long[] moments(TenantId tenant, UUID agent, long from, long to) {
        var gathering = new Points.Gathering();
        var begin = Hours.startOf(from);
        // batches first: an hour that is closed in between is met twice rather than not at all
        curves.openBatches(tenant, agent, begin, to, batch -> HourGathering.momentsOf(batch.moments())
                .forEach(moment -> gathering.add(moment.getCapturedAtMs(), 0)));
        var known = layouts.find(tenant, curves.layoutsOfHours(tenant, agent, begin, to));
        var wanted = known.entrySet().stream()
                .map(one -> new Wanted(
                        one.getKey(), List.of(0), one.getValue().series().size()))
                .toList();
        if (!wanted.isEmpty()) {
            curves.cutHours(
                    tenant,
                    agent,
                    begin,
                    to,
                    wanted,
                    hour -> gathering.addAll(HourCodec.unpack(hour.hour(), hour.times(), hour.values())));
        }
        return gathering.isEmpty()
                ? new long[0]
                : measured(new SeriesName("", new TreeMap<>()), gathering.toPoints(), from, to)
                        .times();
    }

    private record Batch(TenantId tenant, List<Moment> moments) {}

    private Map<UUID, List<Measured>> gather(
            Map<UUID, TenantId> agents, Predicate<SeriesName> wanted, long from, long to, int mostBatches) {
        var batches = openBatches(agents, from, to, mostBatches);
        var ids = new HashMap<TenantId, Set<ByteString>>();
        batches.values()
                .forEach(ofAgent -> ofAgent.forEach(batch -> batch.moments()
                        .forEach(moment -> ids.computeIfAbsent(batch.tenant(), _ -> new HashSet<>())
                                .add(moment.getLayoutId()))));
        var known = new HashMap<TenantId, Map<ByteString, SeriesLayout>>();
        ids.forEach((tenant, ofTenant) -> known.put(tenant, layouts.find(tenant, ofTenant)));
        var closed = Hours.startOf(from)
                < Hours.startOf(clock.millis() - properties.grace().toMillis());
        var read = new HashMap<UUID, List<Measured>>();
        agents.forEach((agent, tenant) -> {
            var gathering = new HourGathering(wanted);
            if (closed) {
                addClosed(gathering, tenant, agent, wanted, from, to);
            }
            for (var batch : batches.getOrDefault(agent, List.of())) {
                for (var moment : batch.moments()) {
                    var layout = known.getOrDefault(tenant, Map.of()).get(moment.getLayoutId());
                    if (layout != null) {
                        gathering.add(moment, layout);
                    }
                }
            }
            var measured = new ArrayList<Measured>();
            gathering.points().forEach((series, points) -> {
                var inRange = measured(series, points, from, to);
                if (inRange.times().length > 0) {
                    measured.add(inRange);
                }
            });
            if (!measured.isEmpty()) {
                read.put(agent, measured);
            }
        });
        return read;
    }

    private Map<UUID, List<Batch>> openBatches(Map<UUID, TenantId> agents, long from, long to, int mostBatches) {
        var batches = new HashMap<UUID, List<Batch>>();
        var bytes = new long[1];
        jdbc.sql("""
                        select b.agent_id, b.tenant_id, b.moments
                        from unnest(:agents::uuid[]) as a (id)
                        cross join lateral (
                            select m.agent_id, m.tenant_id, m.received_at, m.batch_id, m.moments
                            from metric_batch m
                            where m.agent_id = a.id
                              and m.at >= timestamptz 'epoch' + :from * interval '1 millisecond'
                              and m.at < timestamptz 'epoch' + :to * interval '1 millisecond'
                            order by m.at desc limit :most
                        ) b
                        order by b.received_at, b.batch_id
                        """)
                .withFetchSize(FETCH_SIZE)
                .param("agents", agents.keySet().toArray(UUID[]::new))
                .param("from", from - LONGEST_BATCH_MILLIS)
                .param("to", to)
                .param("most", mostBatches)
                .query(row -> {
                    var moments = row.getBytes("moments");
                    bytes[0] += moments.length;
                    var agent = row.getObject("agent_id", UUID.class);
                    var tenant = agents.get(agent);
                    if (bytes[0] <= MOST_BYTES
                            && tenant != null
                            && tenant.value().equals(row.getObject("tenant_id", UUID.class))) {
                        batches.computeIfAbsent(agent, _ -> new ArrayList<>())
                                .add(new Batch(tenant, HourGathering.momentsOf(moments)));
                    }
                });
        if (bytes[0] > MOST_BYTES) {
            LOG.atWarn().addKeyValue("bytes", bytes[0]).log("more was measured than can be judged at once");
        }
        return batches;
    }

    private void addClosed(
            HourGathering gathering, TenantId tenant, UUID agent, Predicate<SeriesName> wanted, long from, long to) {
        var begin = Hours.startOf(from);
        var known = layouts.find(tenant, curves.layoutsOfHours(tenant, agent, begin, to));
        var places = known.entrySet().stream()
                .map(one -> {
                    var series = one.getValue().series();
                    return new Wanted(
                            one.getKey(),
                            IntStream.range(0, series.size())
                                    .filter(i -> wanted.test(series.get(i)))
                                    .boxed()
                                    .toList(),
                            series.size());
                })
                .filter(one -> !one.positions().isEmpty())
                .toList();
        if (!places.isEmpty()) {
            curves.cutHours(tenant, agent, begin, to, places, hour -> {
                var layout = known.get(hour.layout());
                if (layout != null) {
                    gathering.add(
                            layout.series().get(hour.position()),
                            HourCodec.unpack(hour.hour(), hour.times(), hour.values()));
                }
            });
        }
    }

    private static Measured measured(SeriesName series, Points points, long from, long to) {
        var first = 0;
        while (first < points.size() && points.time(first) < from) {
            first++;
        }
        var end = points.size();
        while (end > first && points.time(end - 1) >= to) {
            end--;
        }
        var times = new long[end - first];
        var values = new double[end - first];
        var begin = first;
        Arrays.setAll(times, i -> points.time(begin + i));
        Arrays.setAll(values, i -> points.value(begin + i));
        return new Measured(series, times, values);
    }
}
