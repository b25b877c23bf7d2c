package io.wardroom.fleet.alert.rule;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.Columns;
import io.wardroom.fleet.alert.rule.Rule.Aggregate;
import io.wardroom.fleet.alert.rule.Rule.Comparison;
import io.wardroom.fleet.alert.rule.Rule.Kind;
import io.wardroom.fleet.alert.rule.Rule.Metric;
import io.wardroom.fleet.alert.rule.Rule.Scope;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

@Repository
class RuleRepository {
    /// More a tenant cannot have.
    static final int MOST = 200;

    private final JdbcClient jdbc;
    private final JsonMapper json;

    RuleRepository(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    record Page(List<Rule> items, long total) {}

    /// @return false if the tenant has had the shipped rules before
    boolean markGiven(TenantId tenant, Instant now) {
        return jdbc.sql("""
                        insert into alert_defaults (tenant_id, given_at) values (:tenant, :now)
                        on conflict do nothing
                        """)
                        .param("tenant", tenant.value())
                        .param("now", Timestamp.from(now))
                        .update()
                == 1;
    }

    List<TenantId> withoutDefaults(Collection<TenantId> tenants) {
        return jdbc.sql("""
                        select t.id from unnest(:tenants::uuid[]) as t (id)
                        where not exists (select 1 from alert_defaults d where d.tenant_id = t.id)
                        """)
                .param("tenants", tenants.stream().map(TenantId::value).toArray(UUID[]::new))
                .query((row, _) -> new TenantId(row.getObject(1, UUID.class)))
                .list();
    }

    void insert(Rule rule) {
        jdbc.sql("""
                        insert into alert_rule (id, tenant_id, name, category, kind, metric, labels, aggregate, window_secs,
                            comparison, threshold, per_core, for_secs, keep_firing_secs, severity, scope_tags,
                            scope_labels, scope_agents, enabled, template, condition_version, created_at, updated_at)
                        values (:id, :tenant, :name, :category, :kind, :metric, :labels::jsonb, :aggregate, :window,
                            :comparison, :threshold, :perCore, :lasting, :keepFiring, :severity, :scopeTags,
                            :scopeLabels::jsonb, :scopeAgents, :enabled, :template, :version, :createdAt, :updatedAt)
                        """).params(values(rule)).update();
    }

    void update(Rule rule) {
        jdbc.sql("""
                        update alert_rule set name = :name, category = :category, kind = :kind, metric = :metric,
                            labels = :labels::jsonb, aggregate = :aggregate, window_secs = :window,
                            comparison = :comparison, threshold = :threshold, per_core = :perCore, for_secs = :lasting,
                            keep_firing_secs = :keepFiring, severity = :severity, scope_tags = :scopeTags,
                            scope_labels = :scopeLabels::jsonb, scope_agents = :scopeAgents, enabled = :enabled,
                            template = :template, condition_version = :version, created_at = :createdAt,
                            updated_at = :updatedAt
                        where tenant_id = :tenant and id = :id
                        """).params(values(rule)).update();
    }

    boolean delete(TenantId tenant, UUID id) {
        return jdbc.sql("delete from alert_rule where tenant_id = :tenant and id = :id")
                        .param("tenant", tenant.value())
                        .param("id", id)
                        .update()
                == 1;
    }

    Optional<Rule> find(TenantId tenant, UUID id) {
        return jdbc.sql("select * from alert_rule where tenant_id = :tenant and id = :id")
                .param("tenant", tenant.value())
                .param("id", id)
                .query(this::toRule)
                .optional();
    }

    Optional<Rule> lock(TenantId tenant, UUID id) {
        return jdbc.sql("select * from alert_rule where tenant_id = :tenant and id = :id for update")
                .param("tenant", tenant.value())
                .param("id", id)
                .query(this::toRule)
                .optional();
    }

    long count(TenantId tenant) {
        return jdbc.sql("select count(*) from alert_rule where tenant_id = :tenant")
                .param("tenant", tenant.value())
                .query(Long.class)
                .single();
    }

    Page list(TenantId tenant, int offset, int limit) {
        var items = jdbc.sql("""
                        select * from alert_rule where tenant_id = :tenant order by name, id offset :offset limit :limit
                        """)
                .param("tenant", tenant.value())
                .param("offset", offset)
                .param("limit", limit)
                .query(this::toRule)
                .list();
        return new Page(items, count(tenant));
    }

    List<Rule> enabled(Collection<TenantId> tenants) {
        return jdbc.sql("select * from alert_rule where tenant_id = any (:tenants) and enabled order by tenant_id, id")
                .param("tenants", tenants.stream().map(TenantId::value).toArray(UUID[]::new))
                .query(this::toRule)
                .list();
    }

    private Map<String, @Nullable Object> values(Rule rule) {
        var metric = rule.metric();
        var scope = rule.scope();
        var values = new HashMap<String, @Nullable Object>();
        values.put("id", rule.id());
        values.put("tenant", rule.tenant().value());
        values.put("name", rule.name());
        values.put("category", rule.category());
        values.put("kind", rule.kind().spelled());
        values.put("metric", metric == null ? null : metric.name());
        values.put("labels", json.writeValueAsString(rule.labels()));
        values.put("aggregate", metric == null ? null : metric.aggregate().name());
        values.put("window", metric == null ? 0 : metric.window().toSeconds());
        values.put("comparison", metric == null ? null : metric.comparison().name());
        values.put("threshold", metric == null ? null : metric.threshold());
        values.put("perCore", metric != null && metric.perCore());
        values.put("lasting", rule.lasting().toSeconds());
        values.put("keepFiring", rule.keepFiring().toSeconds());
        values.put("severity", rule.severity());
        values.put("scopeTags", scope.tags().toArray(String[]::new));
        values.put("scopeLabels", json.writeValueAsString(scope.labels()));
        values.put("scopeAgents", scope.agents().toArray(UUID[]::new));
        values.put("enabled", rule.enabled());
        values.put("template", rule.template());
        values.put("version", rule.conditionVersion());
        values.put("createdAt", Timestamp.from(rule.createdAt()));
        values.put("updatedAt", Timestamp.from(rule.updatedAt()));
        return values;
    }

    private Rule toRule(ResultSet row, int number) throws SQLException {
        var metric = row.getString("metric");
        return new Rule(
                row.getObject("id", UUID.class),
                new TenantId(row.getObject("tenant_id", UUID.class)),
                row.getString("name"),
                row.getString("category"),
                Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
                labels(row, "labels"),
                metric == null
                        ? null
                        : new Metric(
                                metric,
                                Aggregate.valueOf(row.getString("aggregate")),
                                Duration.ofSeconds(row.getInt("window_secs")),
                                Comparison.valueOf(row.getString("comparison")),
                                row.getDouble("threshold"),
                                row.getBoolean("per_core")),
                Duration.ofSeconds(row.getInt("for_secs")),
                Duration.ofSeconds(row.getInt("keep_firing_secs")),
                row.getString("severity"),
                new Scope(Columns.texts(row, "scope_tags"), labels(row, "scope_labels"), List.of((UUID[])
                        row.getArray("scope_agents").getArray())),
                row.getBoolean("enabled"),
                row.getString("template"),
                row.getLong("condition_version"),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant());
    }

    private Map<String, String> labels(ResultSet row, String column) throws SQLException {
        return json.readValue(row.getString(column), new TypeReference<Map<String, String>>() {});
    }
}
