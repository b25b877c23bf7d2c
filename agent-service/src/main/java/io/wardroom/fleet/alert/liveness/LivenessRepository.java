package io.wardroom.fleet.alert.liveness;

import io.wardroom.common.tenant.TenantId;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

@Repository
class LivenessRepository {
    private final JdbcClient jdbc;

    LivenessRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// An agent whose published liveness may not be true any more.
    ///
    /// @param known what was published; null where nothing was
    record Doubtful(
            UUID agent,
            TenantId tenant,
            String hostname,
            Instant lastSeenAt,
            Instant onlineSince,
            @Nullable Boolean known) {}

    /// The last agent of the slice behind `behind`; nothing if that reaches to the end.
    Optional<UUID> endOfSlice(UUID behind, int size) {
        return jdbc.sql("""
                        select agent_id from agent_presence where agent_id > :behind
                        order by agent_id limit 1 offset :offset
                        """)
                .param("behind", behind)
                .param("offset", size - 1)
                .query(UUID.class)
                .optional();
    }

    List<Doubtful> doubtful(UUID behind, UUID last, Instant onlineIfSeenAfter) {
        return jdbc.sql("""
                        select p.agent_id, p.tenant_id, a.hostname, p.last_seen_at, p.online_since, l.online
                        from agent_presence p
                        join agent a on a.id = p.agent_id and a.tenant_id = p.tenant_id
                        left join agent_liveness l on l.agent_id = p.agent_id and l.tenant_id = p.tenant_id
                        where p.agent_id > :behind and p.agent_id <= :last
                          and l.online is distinct from (p.last_seen_at > :after)
                        order by p.agent_id
                        """)
                .param("behind", behind)
                .param("last", last)
                .param("after", Timestamp.from(onlineIfSeenAfter))
                .query((row, _) -> new Doubtful(
                        row.getObject("agent_id", UUID.class),
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        row.getString("hostname"),
                        row.getTimestamp("last_seen_at").toInstant(),
                        row.getTimestamp("online_since").toInstant(),
                        row.getObject("online", Boolean.class)))
                .list();
    }

    record Change(UUID agent, TenantId tenant, boolean online, Instant since) {}

    /// Writes down changes; of two that write the same, one does.
    ///
    /// @return the agents whose liveness this changed
    Set<UUID> save(Collection<Change> changes) {
        return jdbc.sql("""
                        insert into agent_liveness (agent_id, tenant_id, online, since)
                        select n.agent_id, n.tenant_id, n.online, n.since
                        from unnest(:agents::uuid[], :tenants::uuid[], :online::boolean[], :since::timestamptz[])
                            as n (agent_id, tenant_id, online, since)
                        join agent a on a.id = n.agent_id and a.tenant_id = n.tenant_id
                        order by n.agent_id
                        on conflict (agent_id) do update set online = excluded.online, since = excluded.since
                            where agent_liveness.online <> excluded.online
                        returning agent_id
                        """)
                .param("agents", changes.stream().map(Change::agent).toArray(UUID[]::new))
                .param(
                        "tenants",
                        changes.stream().map(one -> one.tenant().value()).toArray(UUID[]::new))
                .param("online", changes.stream().map(Change::online).toArray(Boolean[]::new))
                .param(
                        "since",
                        changes.stream().map(one -> one.since().toString()).toArray(String[]::new))
                .query(UUID.class)
                .set();
    }
}
