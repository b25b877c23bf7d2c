package io.wardroom.fleet.inventory;

import io.wardroom.fleet.Columns;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/// Which systemd units have failed, as the newest inventory of each host says.
@Repository
public class FailedUnits {
    private static final int MOST_OF_HOST = 200;

    private final JdbcClient jdbc;

    FailedUnits(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// Their names, in the running transaction; a host that never told its units is absent.
    @Transactional(propagation = Propagation.MANDATORY)
    public Map<UUID, List<String>> of(Collection<UUID> agents) {
        var failed = new HashMap<UUID, List<String>>();
        jdbc.sql("""
                        select s.agent_id, array(
                            select r.item->>'name' from inventory_row r
                            where r.agent_id = s.agent_id and r.tenant_id = s.tenant_id and r.section = 'systemd'
                              and r.item->>'active_state' = 'failed'
                            order by r.key collate "C" limit :most) as units
                        from inventory_section s
                        where s.agent_id = any (:agents) and s.section = 'systemd' and s.observed_at is not null
                        """)
                .param("most", MOST_OF_HOST)
                .param("agents", agents.toArray(UUID[]::new))
                .query(row -> {
                    failed.put(row.getObject("agent_id", UUID.class), Columns.texts(row, "units"));
                });
        return failed;
    }
}
