package io.wardroom.fleet.telemetry;

import com.google.protobuf.ByteString;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.telemetry.hour.PackedDay;
import io.wardroom.fleet.telemetry.hour.PackedHour;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/// The statements that turn the batches of an hour into its row.
@Repository
class ClosedHours {
    private final JdbcClient jdbc;

    ClosedHours(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// An agent's hour that has batches.
    ///
    /// @param hour  its begin, epoch milliseconds
    /// @param bytes how much its batches hold
    record DueHour(TenantId tenant, UUID agent, long hour, long bytes) {}

    /// A batch as it was stored.
    ///
    /// @param at epoch milliseconds, part of its key
    record StoredBatch(UUID id, long at, byte[] moments) {}

    record HourRow(ByteString layout, PackedHour packed) {}

    record DayRow(ByteString layout, PackedDay packed) {}

    /// The oldest moment in `[from, to)` of which a batch is stored, epoch milliseconds.
    OptionalLong oldest(long from, long to) {
        var oldest = jdbc.sql("""
                        select (extract(epoch from min(at)) * 1000)::bigint from metric_batch
                        where at >= timestamptz 'epoch' + :from * interval '1 millisecond'
                          and at < timestamptz 'epoch' + :to * interval '1 millisecond'
                        """)
                .param("from", from)
                .param("to", to)
                .query((row, _) -> {
                    var value = row.getLong(1);
                    return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
                })
                .single();
        return oldest;
    }

    /// The agents that have batches in an hour, if the first of these came before `receivedBefore`.
    List<DueHour> due(long hour, long receivedBefore) {
        return jdbc.sql("""
                        select tenant_id, agent_id, sum(octet_length(moments)) as bytes from metric_batch
                        where at >= timestamptz 'epoch' + :hour * interval '1 millisecond'
                          and at < timestamptz 'epoch' + :end * interval '1 millisecond'
                        group by tenant_id, agent_id
                        having min(received_at) < timestamptz 'epoch' + :before * interval '1 millisecond'
                        order by agent_id
                        """)
                .param("hour", hour)
                .param("end", hour + Hours.MILLIS)
                .param("before", receivedBefore)
                .query((row, _) -> new DueHour(
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        row.getObject("agent_id", UUID.class),
                        hour,
                        row.getLong("bytes")))
                .list();
    }

    /// Makes this transaction the only one that closes hours of this agent's day. What it loses in a crash it would do
    /// again, so its commit waits for no disk.
    void begin(UUID agent, LocalDate day) {
        jdbc.sql("""
                        select set_config('synchronous_commit', 'off', true),
                            pg_advisory_xact_lock(hashtextextended(:what, 0))
                        """)
                .param("what", "metric_hour/%s/%s".formatted(agent, day))
                .query((_, _) -> true)
                .single();
    }

    /// The batches of an hour, in the order in which they came.
    List<StoredBatch> batches(TenantId tenant, UUID agent, long hour) {
        return jdbc.sql("""
                        select batch_id, (extract(epoch from at) * 1000)::bigint as at, moments from metric_batch
                        where agent_id = :agent and tenant_id = :tenant
                          and at >= timestamptz 'epoch' + :hour * interval '1 millisecond'
                          and at < timestamptz 'epoch' + :end * interval '1 millisecond'
                        order by received_at, batch_id
                        """)
                .param("agent", agent)
                .param("tenant", tenant.value())
                .param("hour", hour)
                .param("end", hour + Hours.MILLIS)
                .query((row, _) -> new StoredBatch(
                        row.getObject("batch_id", UUID.class), row.getLong("at"), row.getBytes("moments")))
                .list();
    }

    void delete(TenantId tenant, UUID agent, Collection<StoredBatch> batches) {
        jdbc.sql("""
                        delete from metric_batch b
                        using unnest(:at::bigint[], :ids::uuid[]) as gone (at, batch_id)
                        where b.agent_id = :agent and b.tenant_id = :tenant
                          and b.at = timestamptz 'epoch' + gone.at * interval '1 millisecond'
                          and b.batch_id = gone.batch_id
                          and b.at >= timestamptz 'epoch' + :first * interval '1 millisecond'
                          and b.at <= timestamptz 'epoch' + :last * interval '1 millisecond'
                        """)
                .param("at", batches.stream().mapToLong(StoredBatch::at).toArray())
                .param("ids", batches.stream().map(StoredBatch::id).toArray(UUID[]::new))
                .param("agent", agent)
                .param("tenant", tenant.value())
                // the same once more as bounds, by which the planner finds the partition
                .param(
                        "first",
                        batches.stream().mapToLong(StoredBatch::at).min().orElseThrow())
                .param("last", batches.stream().mapToLong(StoredBatch::at).max().orElseThrow())
                .update();
    }

    Optional<HourRow> hour(TenantId tenant, UUID agent, long hour) {
        return jdbc.sql("""
                        select layout_id, offsets, clocks, chunks from metric_hour
                        where agent_id = :agent and tenant_id = :tenant
                          and hour = timestamptz 'epoch' + :hour * interval '1 millisecond'
                        """)
                .param("agent", agent)
                .param("tenant", tenant.value())
                .param("hour", hour)
                .query((row, _) -> new HourRow(
                        ByteString.copyFrom(row.getBytes("layout_id")),
                        new PackedHour(ints(row, "offsets"), shorts(row, "clocks"), row.getBytes("chunks"))))
                .optional();
    }

    void store(TenantId tenant, UUID agent, long hour, ByteString layout, PackedHour packed) {
        jdbc.sql("""
                        insert into metric_hour (tenant_id, agent_id, hour, layout_id, offsets, clocks, chunks)
                        values (:tenant, :agent, timestamptz 'epoch' + :hour * interval '1 millisecond', :layout, :offsets,
                            :clocks, :chunks)
                        on conflict (agent_id, hour) do update set
                            layout_id = excluded.layout_id, offsets = excluded.offsets, clocks = excluded.clocks,
                            chunks = excluded.chunks
                        """)
                .param("tenant", tenant.value())
                .param("agent", agent)
                .param("hour", hour)
                .param("layout", layout.toByteArray())
                .param("offsets", packed.offsets())
                .param("clocks", packed.clocks(), Types.ARRAY)
                .param("chunks", packed.chunks())
                .update();
    }

    Optional<DayRow> day(TenantId tenant, UUID agent, LocalDate day) {
        return jdbc.sql("""
                        select layout_id, offsets, chunks from metric_day
                        where agent_id = :agent and tenant_id = :tenant and day = :day
                        """)
                .param("agent", agent)
                .param("tenant", tenant.value())
                .param("day", day)
                .query((row, _) -> new DayRow(
                        ByteString.copyFrom(row.getBytes("layout_id")),
                        new PackedDay(ints(row, "offsets"), row.getBytes("chunks"))))
                .optional();
    }

    void store(TenantId tenant, UUID agent, LocalDate day, ByteString layout, PackedDay packed) {
        jdbc.sql("""
                        insert into metric_day (tenant_id, agent_id, day, layout_id, offsets, chunks)
                        values (:tenant, :agent, :day, :layout, :offsets, :chunks)
                        on conflict (agent_id, day) do update set
                            layout_id = excluded.layout_id, offsets = excluded.offsets, chunks = excluded.chunks
                        """)
                .param("tenant", tenant.value())
                .param("agent", agent)
                .param("day", day)
                .param("layout", layout.toByteArray())
                .param("offsets", packed.offsets())
                .param("chunks", packed.chunks())
                .update();
    }

    static int[] ints(ResultSet row, String column) throws SQLException {
        var boxed = (Integer[]) row.getArray(column).getArray();
        var numbers = new int[boxed.length];
        for (var i = 0; i < boxed.length; i++) {
            numbers[i] = boxed[i];
        }
        return numbers;
    }

    static short @Nullable [] shorts(ResultSet row, String column) throws SQLException {
        var array = row.getArray(column);
        if (array == null) {
            return null;
        }
        var boxed = (Short[]) array.getArray();
        var numbers = new short[boxed.length];
        for (var i = 0; i < boxed.length; i++) {
            numbers[i] = boxed[i];
        }
        return numbers;
    }
}
