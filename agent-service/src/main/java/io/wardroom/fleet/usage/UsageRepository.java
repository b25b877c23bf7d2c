package io.wardroom.fleet.usage;

import io.wardroom.common.tenant.TenantId;
import java.time.LocalDate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

@Repository
class UsageRepository {
    private final JdbcClient jdbc;

    UsageRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// @param since the first day that is told
    /// @param today a day's series are those of the roll-ups of this day or the one before
    @Transactional(readOnly = true)
    public Usage find(TenantId tenant, LocalDate since, LocalDate today) {
        var days = jdbc.sql("""
                        select day, sum(batches) as batches, sum(points) as points, sum(bytes) as bytes
                        from usage_day where tenant_id = :tenant and day >= :since group by day order by day desc
                        """)
                .param("tenant", tenant.value())
                .param("since", since)
                .query((row, _) -> new Usage.Day(
                        row.getObject("day", LocalDate.class),
                        row.getLong("batches"),
                        row.getLong("points"),
                        row.getLong("bytes")))
                .list();
        return jdbc.sql("""
                        select count(*) as agents, coalesce(sum(l.series_count), 0) as series,
                            coalesce(max(l.series_count), 0) as largest
                        from agent a
                        left join lateral (
                            select layout_id from metric_day d
                            where d.agent_id = a.id and d.day >= :yesterday and d.day <= :today order by day desc limit 1
                        ) d on true
                        left join metric_layout l on l.tenant_id = a.tenant_id and l.layout_id = d.layout_id
                        where a.tenant_id = :tenant
                        """)
                .param("tenant", tenant.value())
                .param("yesterday", today.minusDays(1))
                .param("today", today)
                .query((row, _) ->
                        new Usage(row.getLong("agents"), row.getLong("series"), row.getLong("largest"), days))
                .single();
    }
}
