package io.wardroom.fleet.inventory;

import io.wardroom.common.tenant.TenantId;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/// Whether the packages of a host changed about a time, by the history of its inventory.
@Repository
public class PackageChanges {
    private final JdbcClient jdbc;

    PackageChanges(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// Whether any package of the agent's host appeared, changed or disappeared within a time.
    public boolean happened(TenantId tenant, UUID agent, Instant from, Instant to) {
        return jdbc.sql("""
                                select exists (
                                    select from inventory_change
                                    where tenant_id = :tenant and agent_id = :agent and section = 'packages'
                                      and at between :from and :to)
                                """)
                .param("tenant", tenant.value())
                .param("agent", agent)
                .param("from", Timestamp.from(from))
                .param("to", Timestamp.from(to))
                .query(Boolean.class)
                .single();
    }
}
