package io.wardroom.fleet.inventory;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.agent.Agents;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// The newest processes and connections of each agent; what was before is not kept.
@Repository
class Activities {
    private static final TypeReference<List<Map<String, @Nullable Object>>> ITEMS = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Agents agents;
    private final TransactionOperations transactions;

    Activities(JdbcClient jdbc, JsonMapper json, Agents agents, TransactionOperations transactions) {
        this.jdbc = jdbc;
        this.json = json;
        this.agents = agents;
        this.transactions = transactions;
    }

    /// @param observedAt null while nothing was told
    record Latest(@Nullable Instant observedAt, List<Map<String, @Nullable Object>> items) {}

    /// Stores all of them or none; those of unknown agents, and those that are not newer, change nothing.
    void take(Collection<Activity> activities) {
        if (activities.isEmpty()) {
            return;
        }
        // in one order for every writer: two that meet the same agents wait for each other, never in a circle
        var sorted = activities.stream()
                .sorted(Comparator.comparing(Activity::agent)
                        .thenComparing(Activity::kind)
                        .thenComparing(Activity::observedAt))
                .toList();
        TenantScope.everyTenant(() -> transactions.executeWithoutResult(_ -> store(sorted)));
    }

    private void store(List<Activity> sorted) {
        jdbc.sql("""
                        insert into agent_activity as stored (agent_id, kind, tenant_id, observed_at, items)
                        select n.agent_id, n.kind, n.tenant_id, n.at, n.items::jsonb
                        from (
                            select distinct on (i.agent_id, i.kind) i.agent_id, i.kind, i.tenant_id,
                                i.at::timestamptz as at, i.items
                            from unnest(:agents::uuid[], :kinds::text[], :tenants::uuid[], :at::text[],
                                :items::text[]) as i (agent_id, kind, tenant_id, at, items)
                            order by i.agent_id, i.kind, i.at::timestamptz desc
                        ) n
                        join (select id, tenant_id from agent where id = any (:agents::uuid[]) for key share) a
                            on a.id = n.agent_id and a.tenant_id = n.tenant_id
                        order by n.agent_id, n.kind
                        on conflict (agent_id, kind) do update
                            set observed_at = excluded.observed_at, items = excluded.items
                            where stored.observed_at < excluded.observed_at
                        """)
                .param("agents", sorted.stream().map(Activity::agent).toArray(UUID[]::new))
                .param("kinds", sorted.stream().map(one -> one.kind().spelled()).toArray(String[]::new))
                .param(
                        "tenants",
                        sorted.stream().map(one -> one.tenant().value()).toArray(UUID[]::new))
                .param(
                        "at",
                        sorted.stream().map(one -> one.observedAt().toString()).toArray(String[]::new))
                .param(
                        "items",
                        sorted.stream()
                                .map(one -> json.writeValueAsString(one.items()))
                                .toArray(String[]::new))
                .update();
    }

    /// The newest of an agent; nothing where there is no such agent.
    @Transactional(readOnly = true)
    public Optional<Latest> latest(TenantId tenant, UUID agent, Activity.Kind kind) {
        if (!agents.exists(tenant, agent)) {
            return Optional.empty();
        }
        return jdbc.sql("""
                        select observed_at, items from agent_activity
                        where tenant_id = :tenant and agent_id = :agent and kind = :kind
                        """)
                .param("tenant", tenant.value())
                .param("agent", agent)
                .param("kind", kind.spelled())
                .query((row, _) -> new Latest(
                        row.getTimestamp("observed_at").toInstant(),
                        json.readValue(row.getString("items"), ITEMS).stream()
                                .map(kind.shape()::inOrder)
                                .toList()))
                .optional()
                .or(() -> Optional.of(new Latest(null, List.of())));
    }
}
