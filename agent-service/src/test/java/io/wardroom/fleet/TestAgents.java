package io.wardroom.fleet;

import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/// Agents as if they had registered.
public final class TestAgents {
    private TestAgents() {}

    public static UUID add(JdbcClient jdbc, TransactionOperations transaction, TenantId tenant, String hostname) {
        var id = UuidV7.next();
        TenantScope.everyTenant(() -> transaction.executeWithoutResult(_ -> {
            jdbc.sql("""
                            insert into agent
                                (id, tenant_id, machine_id, hostname, labels, tags, token_sha256, first_seen_at, version)
                            values (:id, :tenant, :machine, :host, '{"env": "test"}', '{first}', :machine, now(), 1)
                            """)
                    .param("id", id)
                    .param("tenant", tenant.value())
                    .param("machine", id.toString())
                    .param("host", hostname)
                    .update();
            jdbc.sql("""
                            insert into agent_presence (agent_id, tenant_id, last_seen_at, online_since)
                            values (:id, :tenant, now(), now())
                            """).param("id", id).param("tenant", tenant.value()).update();
        }));
        return id;
    }
}
