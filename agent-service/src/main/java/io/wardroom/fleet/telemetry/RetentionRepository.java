package io.wardroom.fleet.telemetry;

import io.wardroom.common.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

@Repository
class RetentionRepository {
    private final JdbcClient jdbc;

    RetentionRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Optional<Retention> find(TenantId tenant) {
        return jdbc.sql("select raw_days, hourly_days from retention where tenant_id = :tenant")
                .param("tenant", tenant.value())
                .query((row, _) -> new Retention(row.getInt("raw_days"), row.getInt("hourly_days")))
                .optional();
    }

    void store(TenantId tenant, Retention retention, UUID actor, Instant now) {
        jdbc.sql("""
                        insert into retention (tenant_id, raw_days, hourly_days, updated_at, updated_by)
                        values (:tenant, :raw, :hourly, :now, :actor)
                        on conflict (tenant_id) do update set raw_days = excluded.raw_days,
                            hourly_days = excluded.hourly_days, updated_at = excluded.updated_at,
                            updated_by = excluded.updated_by
                        """)
                .param("tenant", tenant.value())
                .param("raw", retention.rawDays())
                .param("hourly", retention.hourlyDays())
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("actor", actor)
                .update();
    }

    /// The most that anybody keeps.
    Retention longest(Retention ofOthers) {
        return jdbc.sql("""
                        select greatest(:raw, max(raw_days)) as raw_days, greatest(:hourly, max(hourly_days)) as hourly_days
                        from retention
                        """)
                .param("raw", ofOthers.rawDays())
                .param("hourly", ofOthers.hourlyDays())
                .query((row, _) -> new Retention(row.getInt("raw_days"), row.getInt("hourly_days")))
                .single();
    }

    /// Takes note of tenants that stored something lately; their rows are looked after from now on.
    void watch(LocalDate since) {
        jdbc.sql("""
                        insert into retention_sweep (tenant_id)
                        select tenant_id from usage_day where day >= :since union select tenant_id from retention
                        on conflict do nothing
                        """).param("since", since).update();
    }

    /// Tenants that keep less than the longest, those first that nobody looked after for the longest time.
    List<Retention.Due> due(Retention ofOthers, Retention longest, Instant sweptBefore, int most) {
        return jdbc.sql("""
                        select s.tenant_id, coalesce(r.raw_days, :raw) as raw_days,
                            coalesce(r.hourly_days, :hourly) as hourly_days, s.raw_until, s.hourly_until
                        from retention_sweep s left join retention r on r.tenant_id = s.tenant_id
                        where (s.swept_at is null or s.swept_at < :before)
                          and (coalesce(r.raw_days, :raw) < :longestRaw or coalesce(r.hourly_days, :hourly) < :longestHourly)
                        order by s.swept_at nulls first, s.tenant_id
                        limit :most
                        """)
                .param("raw", ofOthers.rawDays())
                .param("hourly", ofOthers.hourlyDays())
                .param("longestRaw", longest.rawDays())
                .param("longestHourly", longest.hourlyDays())
                .param("before", sweptBefore.atOffset(ZoneOffset.UTC))
                .param("most", most)
                .query((row, _) -> new Retention.Due(
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        new Retention(row.getInt("raw_days"), row.getInt("hourly_days")),
                        date(row, "raw_until"),
                        date(row, "hourly_until")))
                .list();
    }

    private static @Nullable LocalDate date(ResultSet row, String column) throws SQLException {
        return row.getObject(column, LocalDate.class);
    }

    /// Removes at most `most` rows of a tenant's days.
    ///
    /// @return how many
    int expire(String table, TenantId tenant, LocalDate first, LocalDate next, int most) {
        return jdbc.sql("select metric_expire(:table, :tenant, :first, :next, :most)")
                .param("table", table)
                .param("tenant", tenant.value())
                .param("first", first)
                .param("next", next)
                .param("most", most)
                .query(Integer.class)
                .single();
    }

    void swept(TenantId tenant, LocalDate rawUntil, LocalDate hourlyUntil, Instant now) {
        jdbc.sql("""
                        update retention_sweep set raw_until = :raw, hourly_until = :hourly, swept_at = :now
                        where tenant_id = :tenant
                        """)
                .param("raw", rawUntil)
                .param("hourly", hourlyUntil)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("tenant", tenant.value())
                .update();
    }

    /// Forgets what was counted before a day, at most so many rows at once.
    int forgetUsage(LocalDate before, int most) {
        return jdbc.sql("""
                        delete from usage_day where (tenant_id, day, slot) in (
                            select tenant_id, day, slot from usage_day where day < :before limit :most)
                        """).param("before", before).param("most", most).update();
    }
}
