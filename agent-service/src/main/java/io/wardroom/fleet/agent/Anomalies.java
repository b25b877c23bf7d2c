package io.wardroom.fleet.agent;

import io.wardroom.common.event.EventOutbox;
import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/// Opens doubts about agents; what is open already is not opened again.
@Service
class Anomalies {
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

    /// Opens an anomaly in the running transaction; nothing happens where one of that kind and severity is open or
    /// the agent is gone.
    @Transactional(propagation = Propagation.MANDATORY)
    public void open(
            TenantId tenant, UUID agent, String kind, String severity, String summary, Map<String, Object> detail) {
        var anomaly =
                new Anomaly(UuidV7.next(), tenant.value(), agent, kind, severity, summary, detail, clock.instant());
        var opened = jdbc.sql("""
                        insert into integrity_anomaly
                            (id, tenant_id, agent_id, kind, severity, summary, detail, detected_at)
                        select :id, tenant_id, id, :kind, :severity, :summary, :detail::jsonb, :detectedAt
                        from agent where tenant_id = :tenant and id = :agent
                        on conflict (agent_id, kind, severity) where resolved_at is null do nothing
                        """)
                .param("id", anomaly.id())
                .param("kind", kind)
                .param("severity", severity)
                .param("summary", summary)
                .param("detail", json.writeValueAsString(detail))
                .param("detectedAt", Timestamp.from(anomaly.detectedAt()))
                .param("tenant", tenant.value())
                .param("agent", agent)
                .update();
        if (opened == 1) {
            outbox.append(Topics.INTEGRITY_ANOMALIES, Anomaly.OPENED, agent.toString(), tenant, anomaly);
        }
    }
}
