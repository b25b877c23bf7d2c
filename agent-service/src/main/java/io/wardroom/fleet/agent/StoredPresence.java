package io.wardroom.fleet.agent;

import java.util.Collection;
import java.util.Comparator;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/// Presence in one statement a poll, however many batches it brought.
@Repository
class StoredPresence implements Presence {
    private final JdbcClient jdbc;

    StoredPresence(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    @Transactional(propagation = Propagation.MANDATORY)
    public void seen(Collection<Sighting> sightings) {
        if (sightings.isEmpty()) {
            return;
        }
        // in one order for every writer: two that meet the same agents wait for each other, never in a circle
        var sorted = sightings.stream()
                .sorted(Comparator.comparing(Sighting::agentId))
                .toList();
        jdbc.sql("""
                        update agent_presence p set
                            online_since = case
                                when s.first_at > p.last_seen_at + make_interval(secs => :patience) then s.first_at
                                else p.online_since end,
                            last_seen_at = s.last_at,
                            instance_id = coalesce(s.instance_id, p.instance_id),
                            agent_version = coalesce(s.agent_version, p.agent_version)
                        from (
                            select n.agent_id, n.tenant_id, min(n.at) as first_at, max(n.at) as last_at,
                                (array_agg(n.instance_id order by n.at desc))[1] as instance_id,
                                (array_agg(n.agent_version order by n.at desc))[1] as agent_version
                            from unnest(:agents::uuid[], :tenants::uuid[], :at::timestamptz[], :instances::text[],
                                    :versions::text[]) as n (agent_id, tenant_id, at, instance_id, agent_version)
                            group by n.agent_id, n.tenant_id
                            order by n.agent_id
                        ) s
                        where p.agent_id = s.agent_id and p.tenant_id = s.tenant_id and s.last_at > p.last_seen_at
                          and (s.last_at >= p.last_seen_at + interval '1 second'
                              or coalesce(s.instance_id, p.instance_id) is distinct from p.instance_id
                              or coalesce(s.agent_version, p.agent_version) is distinct from p.agent_version)
                        """)
                .param("patience", AgentStatus.PATIENCE.toSeconds())
                .param("agents", sorted.stream().map(Sighting::agentId).toArray(UUID[]::new))
                .param(
                        "tenants",
                        sorted.stream().map(one -> one.tenant().value()).toArray(UUID[]::new))
                // as text with its offset: the driver writes an array of Timestamp without one
                .param(
                        "at",
                        sorted.stream().map(one -> one.lastSeenAt().toString()).toArray(String[]::new))
                .param("instances", sorted.stream().map(Sighting::instanceId).toArray(String[]::new))
                .param("versions", sorted.stream().map(Sighting::agentVersion).toArray(String[]::new))
                .update();
    }
}
