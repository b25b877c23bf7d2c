package io.wardroom.fleet.alert;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// Reads hosts in slices, in the order of their ids.
@Repository
public class Hosts {
    private static final UUID BEFORE_ALL = new UUID(0, 0);
    private static final String SELECT = """
            select a.id, a.tenant_id, a.hostname, a.tags, a.labels, a.cpu_cores,
                case when l.online = false then l.since end as offline_since
            from agent a
            left join agent_liveness l on l.agent_id = a.id and l.tenant_id = a.tenant_id
            """;

    private final JdbcClient jdbc;
    private final JsonMapper json;

    Hosts(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /// The next ones behind an id, of every tenant in scope.
    @Transactional(propagation = Propagation.MANDATORY)
    public List<Host> slice(@Nullable UUID behind, int most) {
        return jdbc.sql(SELECT + "where a.id > :behind order by a.id limit :most")
                .param("behind", behind == null ? BEFORE_ALL : behind)
                .param("most", most)
                .query(this::toHost)
                .list();
    }

    @Transactional(propagation = Propagation.MANDATORY)
    public List<Host> of(Collection<UUID> ids) {
        return jdbc.sql(SELECT + "where a.id = any (:ids) order by a.id")
                .param("ids", ids.toArray(UUID[]::new))
                .query(this::toHost)
                .list();
    }

    @Transactional(propagation = Propagation.MANDATORY)
    public Optional<Host> find(TenantId tenant, UUID id) {
        return jdbc.sql(SELECT + "where a.tenant_id = :tenant and a.id = :id")
                .param("tenant", tenant.value())
                .param("id", id)
                .query(this::toHost)
                .optional();
    }

    /// Hosts of one tenant by name, for work that people wait for.
    @Transactional(propagation = Propagation.MANDATORY)
    public List<Host> ofTenant(TenantId tenant, @Nullable Collection<UUID> ids, int most) {
        return jdbc.sql(SELECT + """
                        where a.tenant_id = :tenant and (:ids::uuid[] is null or a.id = any (:ids::uuid[]))
                        order by a.hostname, a.id limit :most
                        """)
                .param("tenant", tenant.value())
                .param("ids", ids == null ? null : ids.toArray(UUID[]::new), Types.ARRAY)
                .param("most", most)
                .query(this::toHost)
                .list();
    }

    private Host toHost(ResultSet row, int number) throws SQLException {
        return new Host(
                row.getObject("id", UUID.class),
                new TenantId(row.getObject("tenant_id", UUID.class)),
                row.getString("hostname"),
                Columns.texts(row, "tags"),
                json.readValue(row.getString("labels"), new TypeReference<Map<String, String>>() {}),
                row.getObject("cpu_cores", Integer.class),
                Columns.instant(row, "offline_since"));
    }
}
