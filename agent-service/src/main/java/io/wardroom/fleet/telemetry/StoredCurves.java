package io.wardroom.fleet.telemetry;

import com.google.protobuf.ByteString;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.telemetry.hour.PackedDay;
import io.wardroom.fleet.telemetry.hour.PackedHour;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/// The statements that read what an agent measured. A few series are cut out of their rows inside the database; for
/// many the whole row comes over.
@Repository
class StoredCurves {
    private static final int FETCH_SIZE = 500;
    private static final String OF_AGENT = "agent_id = :agent and tenant_id = :tenant";
    private static final String HOUR_IN_RANGE = """
            hour >= timestamptz 'epoch' + :from * interval '1 millisecond'
                and hour < timestamptz 'epoch' + :to * interval '1 millisecond'
            """;
    private static final String DAY_IN_RANGE = "day between :first and :last";
    private static final String HOUR_MILLIS = "(extract(epoch from hour) * 1000)::bigint";

    private final JdbcClient jdbc;

    StoredCurves(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// Where the series of a query stand in one layout.
    ///
    /// @param positions counted from 0
    /// @param size      how many series the layout has
    record Wanted(ByteString layout, List<Integer> positions, int size) {}

    /// @param at      epoch milliseconds
    /// @param moments as stored
    record OpenBatch(long at, byte[] moments) {}

    interface OpenBatches {
        void take(OpenBatch batch);
    }

    /// @param hour epoch milliseconds
    record WholeHour(long hour, ByteString layout, PackedHour packed) {}

    interface WholeHours {
        void take(WholeHour hour);
    }

    /// @param hour     epoch milliseconds
    /// @param position of the series in the layout, counted from 0
    record CutHour(long hour, ByteString layout, int position, byte[] times, byte[] values) {}

    interface CutHours {
        void take(CutHour hour);
    }

    record WholeDay(LocalDate day, ByteString layout, PackedDay packed) {}

    interface WholeDays {
        void take(WholeDay day);
    }

    record CutDay(LocalDate day, ByteString layout, int position, byte[] chunk) {}

    interface CutDays {
        void take(CutDay day);
    }

    /// The batches of hours that are not closed, in the order in which they came. Must be read before the closed
    /// hours: what is closed in between is then met twice rather than not at all.
    void openBatches(TenantId tenant, UUID agent, long from, long to, OpenBatches take) {
        jdbc.sql("""
                        select (extract(epoch from at) * 1000)::bigint as at, moments from metric_batch
                        where %s
                          and at >= timestamptz 'epoch' + :from * interval '1 millisecond'
                          and at < timestamptz 'epoch' + :to * interval '1 millisecond'
                        order by received_at, batch_id
                        """.formatted(OF_AGENT))
                .withFetchSize(FETCH_SIZE)
                .param("agent", agent)
                .param("tenant", tenant.value())
                .param("from", from)
                .param("to", to)
                .query(row -> {
                    take.take(new OpenBatch(row.getLong("at"), row.getBytes("moments")));
                });
    }

    Set<ByteString> layoutsOfHours(TenantId tenant, UUID agent, long from, long to) {
        return jdbc.sql("select distinct layout_id from metric_hour where %s and %s".formatted(OF_AGENT, HOUR_IN_RANGE))
                .param("agent", agent)
                .param("tenant", tenant.value())
                .param("from", from)
                .param("to", to)
                .query((row, _) -> ByteString.copyFrom(row.getBytes(1)))
                .set();
    }

    Set<ByteString> layoutsOfDays(TenantId tenant, UUID agent, LocalDate first, LocalDate last) {
        return jdbc.sql("select distinct layout_id from metric_day where %s and %s".formatted(OF_AGENT, DAY_IN_RANGE))
                .param("agent", agent)
                .param("tenant", tenant.value())
                .param("first", first)
                .param("last", last)
                .query((row, _) -> ByteString.copyFrom(row.getBytes(1)))
                .set();
    }

    /// Closed hours that begin in `[from, to)`, in the order of time.
    void wholeHours(TenantId tenant, UUID agent, long from, long to, WholeHours take) {
        jdbc.sql("""
                        select %s as hour_millis, layout_id, offsets, clocks, chunks from metric_hour
                        where %s and %s order by hour
                        """.formatted(HOUR_MILLIS, OF_AGENT, HOUR_IN_RANGE))
                .withFetchSize(FETCH_SIZE / 10)
                .param("agent", agent)
                .param("tenant", tenant.value())
                .param("from", from)
                .param("to", to)
                .query(row -> {
                    take.take(new WholeHour(
                            row.getLong("hour_millis"),
                            layout(row),
                            new PackedHour(
                                    ClosedHours.ints(row, "offsets"),
                                    ClosedHours.shorts(row, "clocks"),
                                    row.getBytes("chunks"))));
                });
    }

    /// As [#wholeHours], some series of each hour alone.
    void cutHours(TenantId tenant, UUID agent, long from, long to, List<Wanted> wanted, CutHours take) {
        var places = new Places(wanted);
        jdbc.sql("""
                        select %s as hour_millis, h.layout_id, w.position,
                            substring(h.chunks from h.offsets[w.position] + 1
                                for h.offsets[w.position + 1] - h.offsets[w.position]) as chunk,
                            substring(h.chunks from h.offsets[w.size + c.clock] + 1
                                for h.offsets[w.size + c.clock + 1] - h.offsets[w.size + c.clock]) as times
                        from metric_hour h
                        join unnest(:layouts::bytea[], :positions::int[], :sizes::int[]) as w (layout_id, position, size)
                            on w.layout_id = h.layout_id
                        cross join lateral (select coalesce(h.clocks[w.position], 0) + 1 as clock) c
                        where %s and %s order by hour
                        """.formatted(HOUR_MILLIS, OF_AGENT, HOUR_IN_RANGE))
                .withFetchSize(FETCH_SIZE)
                .param("layouts", places.layouts)
                .param("positions", places.positions)
                .param("sizes", places.sizes)
                .param("agent", agent)
                .param("tenant", tenant.value())
                .param("from", from)
                .param("to", to)
                .query(row -> {
                    take.take(new CutHour(
                            row.getLong("hour_millis"),
                            layout(row),
                            row.getInt("position") - 1,
                            row.getBytes("times"),
                            row.getBytes("chunk")));
                });
    }

    void wholeDays(TenantId tenant, UUID agent, LocalDate first, LocalDate last, WholeDays take) {
        jdbc.sql("select day, layout_id, offsets, chunks from metric_day where %s and %s order by day"
                        .formatted(OF_AGENT, DAY_IN_RANGE))
                .withFetchSize(FETCH_SIZE / 10)
                .param("agent", agent)
                .param("tenant", tenant.value())
                .param("first", first)
                .param("last", last)
                .query(row -> {
                    take.take(new WholeDay(
                            row.getObject("day", LocalDate.class),
                            layout(row),
                            new PackedDay(ClosedHours.ints(row, "offsets"), row.getBytes("chunks"))));
                });
    }

    void cutDays(TenantId tenant, UUID agent, LocalDate first, LocalDate last, List<Wanted> wanted, CutDays take) {
        var places = new Places(wanted);
        jdbc.sql("""
                        select d.day, d.layout_id, w.position,
                            substring(d.chunks from d.offsets[w.position] + 1
                                for d.offsets[w.position + 1] - d.offsets[w.position]) as chunk
                        from metric_day d
                        join unnest(:layouts::bytea[], :positions::int[]) as w (layout_id, position)
                            on w.layout_id = d.layout_id
                        where %s and %s order by day
                        """.formatted(OF_AGENT, DAY_IN_RANGE))
                .withFetchSize(FETCH_SIZE)
                .param("layouts", places.layouts)
                .param("positions", places.positions)
                .param("agent", agent)
                .param("tenant", tenant.value())
                .param("first", first)
                .param("last", last)
                .query(row -> {
                    take.take(new CutDay(
                            row.getObject("day", LocalDate.class),
                            layout(row),
                            row.getInt("position") - 1,
                            row.getBytes("chunk")));
                });
    }

    private static ByteString layout(ResultSet row) throws SQLException {
        return ByteString.copyFrom(row.getBytes("layout_id"));
    }

    /// The wanted series as parallel arrays; positions counted from 1, as PostgreSQL does.
    private static final class Places {
        private final byte[][] layouts;
        private final int[] positions;
        private final int[] sizes;

        Places(List<Wanted> wanted) {
            var count = wanted.stream().mapToInt(one -> one.positions().size()).sum();
            layouts = new byte[count][];
            positions = new int[count];
            sizes = new int[count];
            var next = 0;
            for (var one : wanted) {
                for (var position : one.positions()) {
                    layouts[next] = one.layout().toByteArray();
                    positions[next] = position + 1;
                    sizes[next] = one.size();
                    next++;
                }
            }
        }
    }
}
