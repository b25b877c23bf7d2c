package io.wardroom.audit.log;

import io.wardroom.common.audit.AuditAction;
import io.wardroom.common.tenant.TenantId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

@Repository
class AuditLogRepository {
    private static final String CONDITIONS = """
            and (:user::uuid is null or user_id = :user::uuid)
            and (:action::text is null or action = :action::text)
            and (:entityType::text is null or entity_type = :entityType::text)
            and (:entityId::text is null
                or (entity_id = :entityId::text and octet_length(entity_id) <= 1000))
            and (:outcome::text is null or outcome = :outcome::text)
            and (:sourceIp::text is null or source_ip = :sourceIp::text)
            and (:start::timestamptz is null or at >= :start::timestamptz)
            and (:end::timestamptz is null or at <= :end::timestamptz)
            and (:search::text is null or strpos(lower(concat_ws(' ', username, action, entity_type, entity_id, reason,
                source_ip, user_agent, request_id, details::text)), lower(:search::text)) > 0)
            """;
    private static final int MOST_NAMES = 1_000;

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
    /// @param search stands anywhere in a row's texts, whatever the case
    /// @param cursor the id behind which the list goes on
    record Filter(
            @Nullable UUID user,
            @Nullable String action,
            @Nullable String entityType,
            @Nullable String entityId,
            @Nullable String outcome,
            @Nullable String sourceIp,
            @Nullable String search,
            @Nullable Instant start,
            @Nullable Instant end,
            @Nullable UUID cursor) {
        boolean isOpen() {
            return told("").size() == 1;
        }

        /// What it says, for the row that the reading leaves.
        Map<String, Object> told(String read) {
            var told = new TreeMap<String, Object>();
            told.put("read", read);
            put(told, "user_id", user);
            put(told, "action", action);
            put(told, "entity_type", entityType);
            put(told, "entity_id", entityId);
            put(told, "outcome", outcome);
            put(told, "source_ip", sourceIp);
            put(told, "search", search);
            put(told, "start_date", start);
            put(told, "end_date", end);
            put(told, "cursor", cursor);
            return told;
        }

        private static void put(Map<String, Object> told, String name, @Nullable Object value) {
            if (value != null) {
                told.put(name, value.toString());
            }
        }
    }

    /// @param total how many rows the filter leaves, wherever the page stands
    record Page(List<AuditAction> items, long total) {}

    /// A row with its place in the tree.
    ///
    /// @param deed null once the row was erased
    /// @param salt null once the row was erased
    record ProvenRow(
            UUID id,
            long leafIndex,
            byte[] leafHash,
            @Nullable AuditAction deed,
            byte @Nullable [] salt) {}

    /// @return the ids of those that were not there before
    Set<UUID> insert(List<AuditAction> deeds) {
        var fresh = batches.query(
                connection -> {
                    var statement = connection.prepareStatement("""
                            insert into audit_log
                                (id, tenant_id, at, actor_type, user_id, username, action, entity_type, entity_id,
                                 outcome, reason, source_ip, user_agent, request_id, details)
                            select * from unnest(?::uuid[], ?::uuid[], ?::timestamptz[], ?::text[], ?::uuid[],
                                ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                                ?::text[], ?::text[], ?::jsonb[])
                            on conflict (id) do nothing
                            returning id
                            """);
                    var columns = new Columns(connection, statement, deeds);
                    columns.add("uuid", AuditAction::id);
                    columns.add("uuid", AuditAction::tenantId);
                    columns.add("timestamptz", deed -> deed.timestamp().toString());
                    columns.add("text", AuditAction::actorType);
                    columns.add("uuid", AuditAction::userId);
                    columns.add("text", AuditAction::username);
                    columns.add("text", AuditAction::action);
                    columns.add("text", AuditAction::entityType);
                    columns.add("text", AuditAction::entityId);
                    columns.add("text", AuditAction::outcome);
                    columns.add("text", AuditAction::reason);
                    columns.add("text", AuditAction::sourceIp);
                    columns.add("text", AuditAction::userAgent);
                    columns.add("text", AuditAction::requestId);
                    columns.add("jsonb", deed -> json.writeValueAsString(deed.details()));
                    return statement;
                },
                (row, _) -> row.getObject(1, UUID.class));
        return new HashSet<>(fresh);
    }

    /// Fills the parameters of a statement with arrays, one a column: a batch is one statement, whatever its size.
    private static final class Columns {
        private final Connection connection;
        private final PreparedStatement statement;
        private final List<AuditAction> deeds;
        private int filled;

        Columns(Connection connection, PreparedStatement statement, List<AuditAction> deeds) {
            this.connection = connection;
            this.statement = statement;
            this.deeds = deeds;
        }

        void add(String type, Function<AuditAction, @Nullable Object> column) throws SQLException {
            var values = new @Nullable Object[deeds.size()];
            for (var i = 0; i < values.length; i++) {
                values[i] = column.apply(deeds.get(i));
            }
            filled++;
            statement.setArray(filled, connection.createArrayOf(type, values));
        }
    }

    /// Takes rows off the list of those that have no leaf yet.
    List<AuditAction> takeUnproven(int most) {
        return jdbc.sql("""
                        with taken as (
                            delete from audit_unproven where row_id in (
                                select row_id from audit_unproven order by row_id limit :most for update)
                            returning row_id)
                        select audit_log.* from taken join audit_log on audit_log.id = taken.row_id order by audit_log.id
                        """).param("most", most).query(this::toAction).list();
    }

    /// Ends a read of the running transaction that takes too long; who asked is told to narrow it or come again.
    void limitTime() {
        jdbc.sql("set local statement_timeout = '10s'").update();
    }

    Page list(List<TenantId> tenants, Filter filter, int offset, int limit) {
        var values = values(filter);
        values.put("tenants", ids(tenants));
        var from = "from audit_log where tenant_id = any (:tenants) " + CONDITIONS;
        var items = jdbc.sql("select * " + from
                        + " and (:cursor::uuid is null or id < :cursor::uuid)"
                        + " order by id desc offset :offset limit :limit")
                .params(values)
                .param("cursor", filter.cursor())
                .param("offset", offset)
                .param("limit", limit)
                .query(this::toAction)
                .list();
        var total = jdbc.sql("select count(*) " + from)
                .params(values)
                .query(Long.class)
                .single();
        return new Page(items, total);
    }

    Optional<AuditAction> find(TenantId tenant, UUID id) {
        return jdbc.sql("select * from audit_log where tenant_id = :tenant and id = :id")
                .param("tenant", tenant.value())
                .param("id", id)
                .query(this::toAction)
                .optional();
    }

    /// The rows whose leaves are among these, in the order of the tree; erased ones only where any row is wanted.
    List<ProvenRow> leaves(TenantId tenant, Filter filter, long from, long to) {
        var join = filter.isOpen() ? "left join" : "join";
        return jdbc.sql(
                        "select audit_leaf.row_id, audit_leaf.leaf_index, audit_leaf.leaf_hash, audit_leaf.salt, audit_log.*"
                                + " from audit_leaf " + join + " audit_log on audit_log.id = audit_leaf.row_id"
                                + " and audit_log.tenant_id = audit_leaf.tenant_id "
                                + (filter.isOpen() ? "" : CONDITIONS)
                                + " where audit_leaf.tenant_id = :tenant and leaf_index >= :from and leaf_index < :to"
                                + " order by leaf_index")
                .params(values(filter))
                .param("tenant", tenant.value())
                .param("from", from)
                .param("to", to)
                .query((row, number) -> new ProvenRow(
                        row.getObject("row_id", UUID.class),
                        row.getLong("leaf_index"),
                        row.getBytes("leaf_hash"),
                        row.getObject("id") == null ? null : toAction(row, number),
                        row.getBytes("salt")))
                .list();
    }

    /// The different values of a column, found by jumping from one to the next in its index.
    ///
    /// @param column `action` or `entity_type`
    List<String> distinct(List<TenantId> tenants, String column) {
        return jdbc.sql("""
                        with recursive tenant as (select unnest(:tenants::uuid[]) as id), name (tenant, value) as (
                            select tenant.id, (select min(%1$s) from audit_log where tenant_id = tenant.id) from tenant
                            union all
                            select name.tenant, (select min(%1$s) from audit_log
                                where tenant_id = name.tenant and %1$s > name.value)
                            from name where name.value is not null)
                        select distinct value from (select value from name limit :most) found
                        where value is not null order by value
                        """.formatted(column))
                .param("tenants", ids(tenants))
                .param("most", MOST_NAMES)
                .query(String.class)
                .list();
    }

    private static Map<String, @Nullable Object> values(Filter filter) {
        var values = new HashMap<String, @Nullable Object>();
        values.put("user", filter.user());
        values.put("action", filter.action());
        values.put("entityType", filter.entityType());
        values.put("entityId", filter.entityId());
        values.put("outcome", filter.outcome());
        values.put("sourceIp", filter.sourceIp());
        values.put("search", filter.search());
        values.put("start", timestamp(filter.start()));
        values.put("end", timestamp(filter.end()));
        return values;
    }

    private static UUID[] ids(List<TenantId> tenants) {
        return tenants.stream().map(TenantId::value).toArray(UUID[]::new);
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
