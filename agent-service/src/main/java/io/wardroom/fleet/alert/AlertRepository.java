package io.wardroom.fleet.alert;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.Columns;
import io.wardroom.fleet.alert.Alert.Status;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

@Repository
class AlertRepository {
    private static final String FILTER = """
            tenant_id = :tenant
            and (:status::text is null or status = :status::text)
            and (:severity::text is null or severity = :severity::text)
            and (:category::text is null or category = :category::text)
            and (:agent::uuid is null or agent_id = :agent::uuid)
            and (:rule::uuid is null or rule_id = :rule::uuid)
            and (:since::timestamptz is null or detected_at >= :since::timestamptz)
            and (:until::timestamptz is null or detected_at < :until::timestamptz)
            and (:search::text is null or title ilike :search::text escape '\\' or detail ilike :search::text escape '\\')
            """;

    private final JdbcClient jdbc;

    AlertRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    record Page(List<Alert> items, long total) {}

    /// What a list is narrowed to; null means any.
    record Filter(
            @Nullable Status status,
            @Nullable String severity,
            @Nullable String category,
            @Nullable UUID agent,
            @Nullable UUID rule,
            @Nullable Instant since,
            @Nullable Instant until,
            @Nullable String search) {}

    /// What became of an alert that was raised.
    ///
    /// @param fresh false if one with its fingerprint was open and was counted up
    record Put(Alert alert, boolean fresh) {}

    Put put(Alert alert, String fingerprint) {
        var stored = jdbc.sql("""
                        insert into alert (id, tenant_id, agent_id, rule_id, category, severity, title, detail, status, count,
                            fingerprint, muted_by, announced_at, detected_at, last_at)
                        values (:id, :tenant, :agent, :rule, :category, :severity, :title, :detail, 'open', 1,
                            :fingerprint, :mutedBy, :announcedAt, :at, :at)
                        on conflict (tenant_id, fingerprint) where status <> 'resolved' do update set
                            count = least(alert.count, 2147483646) + 1,
                            last_at = greatest(alert.last_at, excluded.last_at),
                            detail = coalesce(excluded.detail, alert.detail)
                        returning *
                        """)
                .param("id", alert.id())
                .param("tenant", alert.tenant().value())
                .param("agent", alert.agent())
                .param("rule", alert.rule())
                .param("category", alert.category())
                .param("severity", alert.severity())
                .param("title", alert.title())
                .param("detail", alert.detail())
                .param("fingerprint", fingerprint)
                .param("mutedBy", alert.mutedBy())
                .param("announcedAt", stamp(alert.announcedAt()))
                .param("at", Timestamp.from(alert.detectedAt()))
                .query(AlertRepository::toAlert)
                .single();
        return new Put(stored, stored.id().equals(alert.id()));
    }

    long countOpen(TenantId tenant, UUID agent) {
        return jdbc.sql("""
                        select count(*) from (
                            select 1 from alert where tenant_id = :tenant and agent_id = :agent and status <> 'resolved'
                            limit 10000) open
                        """)
                .param("tenant", tenant.value())
                .param("agent", agent)
                .query(Long.class)
                .single();
    }

    Optional<Alert> find(TenantId tenant, UUID id) {
        return jdbc.sql("select * from alert where tenant_id = :tenant and id = :id")
                .param("tenant", tenant.value())
                .param("id", id)
                .query(AlertRepository::toAlert)
                .optional();
    }

    Optional<Alert> lock(TenantId tenant, UUID id) {
        return jdbc.sql("select * from alert where tenant_id = :tenant and id = :id for update")
                .param("tenant", tenant.value())
                .param("id", id)
                .query(AlertRepository::toAlert)
                .optional();
    }

    Alert acknowledge(TenantId tenant, UUID id, String by, Instant at) {
        return jdbc.sql("""
                        update alert set status = 'acknowledged', acknowledged_at = :at, acknowledged_by = :by
                        where tenant_id = :tenant and id = :id and status = 'open' returning *
                        """)
                .param("at", Timestamp.from(at))
                .param("by", by)
                .param("tenant", tenant.value())
                .param("id", id)
                .query(AlertRepository::toAlert)
                .single();
    }

    Optional<Alert> resolve(TenantId tenant, UUID id, String by, Instant at) {
        return jdbc.sql("""
                        update alert set status = 'resolved', resolved_at = :at, resolved_by = :by
                        where tenant_id = :tenant and id = :id and status <> 'resolved' returning *
                        """)
                .param("at", Timestamp.from(at))
                .param("by", by)
                .param("tenant", tenant.value())
                .param("id", id)
                .query(AlertRepository::toAlert)
                .optional();
    }

    Optional<Alert> resolveByFingerprint(TenantId tenant, String fingerprint, String by, Instant at) {
        return jdbc.sql("""
                        update alert set status = 'resolved', resolved_at = :at, resolved_by = :by
                        where tenant_id = :tenant and fingerprint = :fingerprint and status <> 'resolved' returning *
                        """)
                .param("at", Timestamp.from(at))
                .param("by", by)
                .param("tenant", tenant.value())
                .param("fingerprint", fingerprint)
                .query(AlertRepository::toAlert)
                .optional();
    }

    void lockState(UUID alert) {
        jdbc.sql("select 1 from alert_state where alert_id = :alert for update")
                .param("alert", alert)
                .query((_, _) -> true)
                .list();
    }

    /// Forgets what was being judged for an alert, so that a condition that still holds is judged from the start.
    void forgetState(UUID alert) {
        jdbc.sql("delete from alert_state where alert_id = :alert")
                .param("alert", alert)
                .update();
    }

    /// Muted ones that are still open, of every tenant in scope, in the order of their ids.
    List<Alert> muted(@Nullable UUID behind, int most) {
        return jdbc.sql("""
                        select * from alert
                        where announced_at is null and status <> 'resolved'
                          and (:behind::uuid is null or id > :behind::uuid)
                        order by id limit :most for update skip locked
                        """)
                .param("behind", behind)
                .param("most", most)
                .query(AlertRepository::toAlert)
                .list();
    }

    Alert announce(TenantId tenant, UUID id, Instant at) {
        return jdbc.sql("""
                        update alert set announced_at = :at, muted_by = null
                        where tenant_id = :tenant and id = :id returning *
                        """)
                .param("at", Timestamp.from(at))
                .param("tenant", tenant.value())
                .param("id", id)
                .query(AlertRepository::toAlert)
                .single();
    }

    /// Open alerts that agents raised themselves and did not repeat since.
    List<Alert> quiet(Instant lastBefore, int most) {
        return jdbc.sql("""
                        select * from alert
                        where status <> 'resolved' and fingerprint like 'agent/%' and last_at < :before
                        order by last_at limit :most for update skip locked
                        """)
                .param("before", Timestamp.from(lastBefore))
                .param("most", most)
                .query(AlertRepository::toAlert)
                .list();
    }

    int deleteResolved(Instant before, int most) {
        return jdbc.sql("""
                        delete from alert where id in (
                            select id from alert where status = 'resolved' and resolved_at < :before limit :most)
                        """)
                .param("before", Timestamp.from(before))
                .param("most", most)
                .update();
    }

    Page list(TenantId tenant, Filter filter, @Nullable UUID behind, int offset, int limit) {
        var values = values(tenant, filter);
        var items = jdbc.sql("""
                        select * from alert where %s and (:behind::uuid is null or id < :behind::uuid)
                        order by id desc offset :offset limit :limit
                        """.formatted(FILTER))
                .params(values)
                .param("behind", behind)
                .param("offset", offset)
                .param("limit", limit)
                .query(AlertRepository::toAlert)
                .list();
        var total = jdbc.sql("select count(*) from alert where " + FILTER)
                .params(values)
                .query(Long.class)
                .single();
        return new Page(items, total);
    }

    private static Map<String, @Nullable Object> values(TenantId tenant, Filter filter) {
        var search = filter.search();
        var values = new HashMap<String, @Nullable Object>();
        values.put("tenant", tenant.value());
        values.put("status", filter.status() == null ? null : filter.status().spelled());
        values.put("severity", filter.severity());
        values.put("category", filter.category());
        values.put("agent", filter.agent());
        values.put("rule", filter.rule());
        values.put("since", stamp(filter.since()));
        values.put("until", stamp(filter.until()));
        values.put("search", search == null ? null : "%" + search.replaceAll("([\\\\%_])", "\\\\$1") + "%");
        return values;
    }

    private static @Nullable Timestamp stamp(@Nullable Instant moment) {
        return moment == null ? null : Timestamp.from(moment);
    }

    private static Alert toAlert(ResultSet row, int number) throws SQLException {
        return new Alert(
                row.getObject("id", UUID.class),
                new TenantId(row.getObject("tenant_id", UUID.class)),
                row.getObject("agent_id", UUID.class),
                row.getObject("rule_id", UUID.class),
                row.getString("category"),
                row.getString("severity"),
                row.getString("title"),
                row.getString("detail"),
                Status.of(row.getString("status")),
                row.getInt("count"),
                row.getString("muted_by"),
                Columns.instant(row, "announced_at"),
                row.getTimestamp("detected_at").toInstant(),
                row.getTimestamp("last_at").toInstant(),
                Columns.instant(row, "acknowledged_at"),
                row.getString("acknowledged_by"),
                Columns.instant(row, "resolved_at"),
                row.getString("resolved_by"));
    }
}
