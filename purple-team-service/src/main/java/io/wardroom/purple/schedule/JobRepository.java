package io.wardroom.purple.schedule;

import io.wardroom.purple.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

@Repository
class JobRepository {
    private final JdbcClient jdbc;

    JobRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// Makes a job known, or brings up to date what is known of it; what its last run came to stays.
    @Transactional
    void announce(ClusteredJob job, @Nullable Instant next) {
        jdbc.sql("""
                        insert into scheduled_job (id, name, schedule, lock_name, next_run_at)
                        values (:id, :name, :schedule, :lock, :next)
                        on conflict (id) do update set name = excluded.name, schedule = excluded.schedule,
                            lock_name = excluded.lock_name, next_run_at = excluded.next_run_at
                        """)
                .param("id", job.id())
                .param("name", job.name())
                .param("schedule", job.schedule())
                .param("lock", job.lock())
                .param("next", stamp(next))
                .update();
    }

    @Transactional
    void begin(String job, UUID run, String replica, Instant now, @Nullable Instant next) {
        jdbc.sql("""
                        update scheduled_job set run_id = :run, run_by = :replica, started_at = :now,
                            finished_at = null, outcome = 'running', detail = '', next_run_at = :next
                        where id = :id
                        """)
                .param("run", run)
                .param("replica", replica)
                .param("now", Timestamp.from(now))
                .param("next", stamp(next))
                .param("id", job)
                .update();
    }

    /// Writes down how a run ended, unless another has begun since.
    @Transactional
    void end(String job, UUID run, String outcome, String detail, Instant now) {
        jdbc.sql("""
                        update scheduled_job set finished_at = :now, outcome = :outcome, detail = :detail
                        where id = :id and run_id = :run
                        """)
                .param("now", Timestamp.from(now))
                .param("outcome", outcome)
                .param("detail", detail)
                .param("id", job)
                .param("run", run)
                .update();
    }

    /// What is known of a job.
    ///
    /// @param outcome `never`, `running`, `succeeded`, `failed`, or `crashed`: begun, not ended, and held by nobody
    /// @param overdue whether its time passed some minutes ago and no replica began it
    record Known(
            String id,
            String name,
            String schedule,
            @Nullable Instant next,
            @Nullable Instant started,
            @Nullable Instant finished,
            String outcome,
            String detail,
            @Nullable String by,
            boolean overdue) {}

    /// @return by id
    @Transactional(readOnly = true)
    List<Known> all(Collection<String> ids) {
        return jdbc.sql("""
                        select j.*,
                            case when j.outcome = 'running' and coalesce(l.lock_until <= now(), true) then 'crashed'
                                else j.outcome end as shown,
                            coalesce(j.next_run_at < now() - interval '5 minutes', false) as overdue
                        from scheduled_job j left join shedlock l on l.name = j.lock_name
                        where j.id = any (:ids) order by j.id
                        """)
                .param("ids", ids.toArray(String[]::new))
                .query(JobRepository::toKnown)
                .list();
    }

    private static Known toKnown(ResultSet row, int number) throws SQLException {
        return new Known(
                row.getString("id"),
                row.getString("name"),
                row.getString("schedule"),
                Columns.instant(row, "next_run_at"),
                Columns.instant(row, "started_at"),
                Columns.instant(row, "finished_at"),
                row.getString("shown"),
                row.getString("detail"),
                row.getString("run_by"),
                row.getBoolean("overdue"));
    }

    private static @Nullable Timestamp stamp(@Nullable Instant moment) {
        return moment == null ? null : Timestamp.from(moment);
    }
}
