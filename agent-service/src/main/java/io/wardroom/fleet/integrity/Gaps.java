package io.wardroom.fleet.integrity;

import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/// Keeps the rows of gaps what the holes among the numbers are. Asked only where a number did not follow upon the one
/// before it, which is rare.
@Repository
class Gaps {
    /// Beyond so many holes in one start's numbers the oldest are not waited for any more.
    static final int MOST_HOLES = 256;

    private final JdbcClient jdbc;
    private final IntegrityProperties properties;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Gaps(JdbcClient jdbc, IntegrityProperties properties, TransactionTemplate transaction, Clock clock) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.properties = properties;
        this.clock = clock;
    }

    private record Hole(long from, long to) {
        boolean isWithin(Gap gap) {
            return from >= gap.fromSeq() && to <= gap.toSeq();
        }
    }

    record Page(List<Gap> items, long total) {}

    @Transactional(propagation = Propagation.MANDATORY)
    public void find(List<Start> starts) {
        starts.forEach(this::find);
    }

    private void find(Start start) {
        var holes = new ArrayList<>(holes(start));
        for (var gap : open(start)) {
            var left = holes.stream().filter(hole -> hole.isWithin(gap)).toList();
            holes.removeAll(left);
            if (left.isEmpty()) {
                close(gap);
            } else {
                var first = left.getFirst();
                if (first.from() != gap.fromSeq() || first.to() != gap.toSeq()) {
                    shrink(gap, first);
                }
                left.stream().skip(1).forEach(hole -> insert(start, hole, gap.detectedAt()));
            }
        }
        var now = clock.instant();
        holes.forEach(hole -> insert(start, hole, now));
        giveUpOldest(start);
    }

    private List<Hole> holes(Start start) {
        return jdbc.sql("""
                        select lower(hole) as first, upper(hole) - 1 as last
                        from agent_instance i, unnest(int8multirange(range_merge(i.seqs)) - i.seqs) as hole
                        where i.tenant_id = :tenant and i.agent_id = :agent and i.instance_id = :instance
                        order by first
                        """)
                .param("tenant", start.tenant().value())
                .param("agent", start.agent())
                .param("instance", start.instance())
                .query((row, _) -> new Hole(row.getLong("first"), row.getLong("last")))
                .list();
    }

    private List<Gap> open(Start start) {
        return jdbc.sql("""
                        select id, instance_id, from_seq, to_seq, detected_at, closed_at from sequence_gap
                        where tenant_id = :tenant and agent_id = :agent and instance_id = :instance
                          and closed_at is null and not given_up
                        order by from_seq
                        """)
                .param("tenant", start.tenant().value())
                .param("agent", start.agent())
                .param("instance", start.instance())
                .query(Gaps::read)
                .list();
    }

    private void insert(Start start, Hole hole, Instant detectedAt) {
        jdbc.sql("""
                        insert into sequence_gap (id, tenant_id, agent_id, instance_id, from_seq, to_seq, detected_at)
                        values (:id, :tenant, :agent, :instance, :from, :to, :at)
                        """)
                .param("id", UuidV7.next())
                .param("tenant", start.tenant().value())
                .param("agent", start.agent())
                .param("instance", start.instance())
                .param("from", hole.from())
                .param("to", hole.to())
                .param("at", Timestamp.from(detectedAt))
                .update();
    }

    private void shrink(Gap gap, Hole left) {
        jdbc.sql("update sequence_gap set from_seq = :from, to_seq = :to where id = :id")
                .param("from", left.from())
                .param("to", left.to())
                .param("id", gap.id())
                .update();
    }

    private void close(Gap gap) {
        jdbc.sql("update sequence_gap set closed_at = :now where id = :id")
                .param("now", Timestamp.from(clock.instant()))
                .param("id", gap.id())
                .update();
    }

    /// Their rows stay open; the numbers count as come, so that what is remembered of a start stays small.
    private void giveUpOldest(Start start) {
        var bound = jdbc.sql("""
                        select upper(hole) - 1
                        from agent_instance i, unnest(int8multirange(range_merge(i.seqs)) - i.seqs) as hole
                        where i.tenant_id = :tenant and i.agent_id = :agent and i.instance_id = :instance
                        order by 1 desc offset :most limit 1
                        """)
                .param("tenant", start.tenant().value())
                .param("agent", start.agent())
                .param("instance", start.instance())
                .param("most", MOST_HOLES)
                .query(Long.class)
                .optional();
        bound.ifPresent(last -> {
            jdbc.sql("""
                            update sequence_gap set given_up = true
                            where tenant_id = :tenant and agent_id = :agent and instance_id = :instance
                              and closed_at is null and not given_up and to_seq <= :last
                            """)
                    .param("tenant", start.tenant().value())
                    .param("agent", start.agent())
                    .param("instance", start.instance())
                    .param("last", last)
                    .update();
            jdbc.sql("""
                            update agent_instance
                            set seqs = seqs + int8multirange(int8range(lower(range_merge(seqs)), :last, '[]'))
                            where tenant_id = :tenant and agent_id = :agent and instance_id = :instance
                            """)
                    .param("tenant", start.tenant().value())
                    .param("agent", start.agent())
                    .param("instance", start.instance())
                    .param("last", last)
                    .update();
        });
    }

    /// The newest first.
    @Transactional(readOnly = true)
    public Page list(TenantId tenant, UUID agent, int offset, int limit) {
        var items = jdbc.sql("""
                        select id, instance_id, from_seq, to_seq, detected_at, closed_at from sequence_gap
                        where tenant_id = :tenant and agent_id = :agent
                        order by detected_at desc, from_seq desc, id offset :offset limit :limit
                        """)
                .param("tenant", tenant.value())
                .param("agent", agent)
                .param("offset", offset)
                .param("limit", limit)
                .query(Gaps::read)
                .list();
        var total = jdbc.sql("select count(*) from sequence_gap where tenant_id = :tenant and agent_id = :agent")
                .param("tenant", tenant.value())
                .param("agent", agent)
                .query(Long.class)
                .single();
        return new Page(items, total);
    }

    @Scheduled(cron = "0 37 3 * * *")
    @SchedulerLock(name = "integrity-forget-gaps", lockAtMostFor = "45s", lockAtLeastFor = "1m")
    public void forgetOld() {
        // outside of a transaction, row-level security shows nothing
        TenantScope.everyTenant(() ->
                transaction.executeWithoutResult(_ -> jdbc.sql("delete from sequence_gap where detected_at < :before")
                        .param("before", Timestamp.from(clock.instant().minus(properties.gapRetention())))
                        .update()));
    }

    private static Gap read(ResultSet row, int number) throws SQLException {
        return new Gap(
                row.getObject("id", UUID.class),
                row.getString("instance_id"),
                row.getLong("from_seq"),
                row.getLong("to_seq"),
                row.getTimestamp("detected_at").toInstant(),
                Columns.instant(row, "closed_at"));
    }
}
