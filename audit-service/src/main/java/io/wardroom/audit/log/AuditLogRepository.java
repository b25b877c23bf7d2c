package io.wardroom.audit.log;

import io.wardroom.common.audit.AuditAction;
import io.wardroom.common.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

@Repository
class AuditLogRepository {
    private static final String FILTER = """
            from audit_log
            where tenant_id = any (:tenants)
            and (:user::uuid is null or user_id = :user::uuid)
            and (:action::text is null or action = :action::text)
            and (:entityType::text is null or entity_type = :entityType::text)
            and (:start::timestamptz is null or at >= :start::timestamptz)
            and (:end::timestamptz is null or at <= :end::timestamptz)
            """;

    private final JdbcClient jdbc;
    private final JdbcTemplate batches;
    private final JsonMapper json;

    AuditLogRepository(JdbcClient jdbc, JdbcTemplate batches, JsonMapper json) {
        this.jdbc = jdbc;
        this.batches = batches;
        this.json = json;
    }

    /// What a list is narrowed to; null means any.
    ///
    /// @param cursor the id behind which the list goes on
    record Filter(
            @Nullable UUID user,
            @Nullable String action,
            @Nullable String entityType,
            @Nullable Instant start,
            @Nullable Instant end,
            @Nullable UUID cursor) {}

    /// @param total how many rows the filter leaves, wherever the page stands
    record Page(List<AuditAction> items, long total) {}

    void insert(List<AuditAction> deeds) {
        batches.batchUpdate("""
                insert into audit_log
                    (id, tenant_id, at, actor_type, user_id, username, action, entity_type, entity_id, outcome,
                     reason, source_ip, user_agent, request_id, details)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb)
                on conflict (id) do nothing
                """, deeds, deeds.size(), (row, deed) -> {
            row.setObject(1, deed.id());
            row.setObject(2, deed.tenantId());
            row.setTimestamp(3, Timestamp.from(deed.timestamp()));
            row.setString(4, deed.actorType());
            row.setObject(5, deed.userId());
            row.setString(6, deed.username());
            row.setString(7, deed.action());
            row.setString(8, deed.entityType());
            row.setString(9, deed.entityId());
            row.setString(10, deed.outcome());
            row.setString(11, deed.reason());
            row.setString(12, deed.sourceIp());
            row.setString(13, deed.userAgent());
            row.setString(14, deed.requestId());
            row.setString(15, json.writeValueAsString(deed.details()));
        });
    }

    Page list(List<TenantId> tenants, Filter filter, int offset, int limit) {
        var values = new HashMap<String, @Nullable Object>();
        values.put("tenants", tenants.stream().map(TenantId::value).toArray(UUID[]::new));
        values.put("user", filter.user());
        values.put("action", filter.action());
        values.put("entityType", filter.entityType());
        values.put("start", timestamp(filter.start()));
        values.put("end", timestamp(filter.end()));
        var items = jdbc.sql("select * " + FILTER
                        + " and (:cursor::uuid is null or id < :cursor::uuid)"
                        + " order by id desc offset :offset limit :limit")
                .params(values)
                .param("cursor", filter.cursor())
                .param("offset", offset)
                .param("limit", limit)
                .query(this::toAction)
                .list();
        var total = jdbc.sql("select count(*) " + FILTER)
                .params(values)
                .query(Long.class)
                .single();
        return new Page(items, total);
    }

    private AuditAction toAction(ResultSet row, int number) throws SQLException {
        return new AuditAction(
                row.getObject("id", UUID.class),
                row.getObject("tenant_id", UUID.class),
                row.getString("actor_type"),
                row.getObject("user_id", UUID.class),
                row.getString("username"),
                row.getString("action"),
                row.getString("entity_type"),
                row.getString("entity_id"),
                row.getTimestamp("at").toInstant(),
                row.getString("outcome"),
                row.getString("reason"),
                row.getString("source_ip"),
                row.getString("user_agent"),
                row.getString("request_id"),
                json.readValue(row.getString("details"), new TypeReference<Map<String, Object>>() {}));
    }

    private static @Nullable Timestamp timestamp(@Nullable Instant moment) {
        return moment == null ? null : Timestamp.from(moment);
    }
}
