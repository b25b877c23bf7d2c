package io.wardroom.fleet.agent;

import io.wardroom.common.event.EventOutbox;
import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// Opens doubts about agents and puts them to rest; none is ever deleted.
@Service
public class Anomalies {
    /// What a row must be read with for [#read].
    public static final String COLUMNS =
            "id, tenant_id, agent_id, kind, severity, summary, detail, detected_at, resolved_at";

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final EventOutbox outbox;
    private final Clock clock;

    Anomalies(JdbcClient jdbc, JsonMapper json, EventOutbox outbox, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.outbox = outbox;
        this.clock = clock;
    }

    /// Opens an anomaly in the running transaction. Where one of that kind and severity is open it is noted that it was
    /// seen again, and nothing else happens; nor does it where the agent is gone.
    @Transactional(propagation = Propagation.MANDATORY)
    public void open(
            TenantId tenant, UUID agent, String kind, String severity, String summary, Map<String, Object> detail) {
        var now = clock.instant();
        var anomaly = new Anomaly(UuidV7.next(), tenant.value(), agent, kind, severity, summary, detail, now, null);
        var opened = jdbc.sql("""
                        insert into integrity_anomaly
                            (id, tenant_id, agent_id, kind, severity, summary, detail, detected_at, last_seen_at)
                        select :id, tenant_id, id, :kind, :severity, :summary, :detail::jsonb, :now, :now
                        from agent where tenant_id = :tenant and id = :agent
                        on conflict (agent_id, kind, severity) where resolved_at is null
                            do update set last_seen_at = excluded.last_seen_at
                        returning id
                        """)
                .param("id", anomaly.id())
                .param("kind", kind)
                .param("severity", severity)
                .param("summary", summary)
                .param("detail", json.writeValueAsString(detail))
                .param("now", Timestamp.from(now))
                .param("tenant", tenant.value())
                .param("agent", agent)
                .query(UUID.class)
                .optional();
        if (opened.filter(anomaly.id()::equals).isPresent()) {
            outbox.append(Topics.INTEGRITY_ANOMALIES, Anomaly.OPENED, agent.toString(), tenant, anomaly);
        }
    }

    /// Puts open anomalies to rest in the running transaction; those that are at rest already stay as they are.
    ///
    /// @param by who found that they are: a person's name, or `system`
    /// @return those that were open
    @Transactional(propagation = Propagation.MANDATORY)
    public List<Anomaly> resolve(TenantId tenant, Collection<UUID> ids, String by) {
        var resolved = jdbc.sql("""
                        update integrity_anomaly set resolved_at = :now, resolved_by = :by
                        where tenant_id = :tenant and id = any (:ids) and resolved_at is null
                        returning %s
                        """.formatted(COLUMNS))
                .param("now", Timestamp.from(clock.instant()))
                .param("by", by)
                .param("tenant", tenant.value())
                .param("ids", ids.toArray(UUID[]::new))
                .query(this::read)
                .list();
        resolved.forEach(anomaly -> outbox.append(
                Topics.INTEGRITY_ANOMALIES, Anomaly.RESOLVED, anomaly.agentId().toString(), tenant, anomaly));
        return resolved;
    }

    /// An agent that is gone raises no doubts; what was said of it stays on record.
    void resolveAll(TenantId tenant, UUID agent) {
        var open = jdbc.sql("""
                        select id from integrity_anomaly
                        where tenant_id = :tenant and agent_id = :agent and resolved_at is null
                        """)
                .param("tenant", tenant.value())
                .param("agent", agent)
                .query(UUID.class)
                .list();
        resolve(tenant, open, "system");
    }

    /// Reads a row that has [#COLUMNS].
    public Anomaly read(ResultSet row, int number) throws SQLException {
        return new Anomaly(
                row.getObject("id", UUID.class),
                row.getObject("tenant_id", UUID.class),
                row.getObject("agent_id", UUID.class),
                row.getString("kind"),
                row.getString("severity"),
                row.getString("summary"),
                json.readValue(row.getString("detail"), new TypeReference<Map<String, Object>>() {}),
                row.getTimestamp("detected_at").toInstant(),
                Columns.instant(row, "resolved_at"));
    }
}
