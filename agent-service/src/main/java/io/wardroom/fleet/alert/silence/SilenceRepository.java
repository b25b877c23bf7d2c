package io.wardroom.fleet.alert.silence;

import io.wardroom.common.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

@Repository
class SilenceRepository {
    /// More that have not ended a tenant cannot have.
    static final int MOST = 1_000;

    private static final String FILTER =
            "tenant_id = :tenant and (not :active or (starts_at <= :now and ends_at > :now))";

    private final JdbcClient jdbc;

    SilenceRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    record Page(List<Silence> items, long total) {}

    void insert(TenantId tenant, Silence silence) {
        var scope = silence.scope();
        jdbc.sql("""
                        insert into silence (id, tenant_id, rule_id, agent_id, tag, category, severity, starts_at, ends_at,
                            reason, created_by, created_at)
                        values (:id, :tenant, :rule, :agent, :tag, :category, :severity, :startsAt, :endsAt,
                            :reason, :createdBy, :createdAt)
                        """)
                .param("id", silence.id())
                .param("tenant", tenant.value())
                .param("rule", scope.rule())
                .param("agent", scope.agent())
                .param("tag", scope.tag())
                .param("category", scope.category())
                .param("severity", scope.severity())
                .param("startsAt", Timestamp.from(silence.startsAt()))
                .param("endsAt", Timestamp.from(silence.endsAt()))
                .param("reason", silence.reason())
                .param("createdBy", silence.createdBy())
                .param("createdAt", Timestamp.from(silence.createdAt()))
                .update();
    }

    long countOpen(TenantId tenant, Instant now) {
        return jdbc.sql("select count(*) from silence where tenant_id = :tenant and ends_at > :now")
                .param("tenant", tenant.value())
                .param("now", Timestamp.from(now))
                .query(Long.class)
                .single();
    }

    boolean delete(TenantId tenant, UUID id) {
        return jdbc.sql("delete from silence where tenant_id = :tenant and id = :id")
                        .param("tenant", tenant.value())
                        .param("id", id)
                        .update()
                == 1;
    }

    Page list(TenantId tenant, boolean active, Instant now, int offset, int limit) {
        var items = jdbc.sql("select * from silence where %s order by ends_at desc, id offset :offset limit :limit"
                        .formatted(FILTER))
                .param("tenant", tenant.value())
                .param("active", active)
                .param("now", Timestamp.from(now))
                .param("offset", offset)
                .param("limit", limit)
                .query(SilenceRepository::toSilence)
                .list();
        var total = jdbc.sql("select count(*) from silence where " + FILTER)
                .param("tenant", tenant.value())
                .param("active", active)
                .param("now", Timestamp.from(now))
                .query(Long.class)
                .single();
        return new Page(items, total);
    }

    List<Silence> at(TenantId tenant, Instant at) {
        return jdbc.sql("""
                        select * from silence
                        where tenant_id = :tenant and starts_at <= :at and ends_at > :at order by id limit :most
                        """)
                .param("tenant", tenant.value())
                .param("at", Timestamp.from(at))
                .param("most", MOST)
                .query(SilenceRepository::toSilence)
                .list();
    }

    /// Forgets, in one bounded step, those that ended long ago.
    int forget(Instant endedBefore, int most) {
        return jdbc.sql("""
                        delete from silence where id in (select id from silence where ends_at < :before limit :most)
                        """)
                .param("before", Timestamp.from(endedBefore))
                .param("most", most)
                .update();
    }

    private static Silence toSilence(ResultSet row, int number) throws SQLException {
        return new Silence(
                row.getObject("id", UUID.class),
                new Silence.Scope(
                        uuid(row, "rule_id"),
                        uuid(row, "agent_id"),
                        row.getString("tag"),
                        row.getString("category"),
                        row.getString("severity")),
                row.getTimestamp("starts_at").toInstant(),
                row.getTimestamp("ends_at").toInstant(),
                row.getString("reason"),
                row.getString("created_by"),
                row.getTimestamp("created_at").toInstant());
    }

    private static @Nullable UUID uuid(ResultSet row, String column) throws SQLException {
        return row.getObject(column, UUID.class);
    }
}
