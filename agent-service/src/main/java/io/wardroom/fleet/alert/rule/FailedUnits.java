package io.wardroom.fleet.alert.rule;

import io.wardroom.common.event.Topics;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.Texts;
import java.sql.Timestamp;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Keeps which units of each host have failed, from its newest inventory.
@Component
class FailedUnits {
    private static final int MOST_UNITS = 200;
    private static final int LONGEST_NAME = 256;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final JsonMapper json;

    FailedUnits(JdbcClient jdbc, TransactionTemplate transaction, JsonMapper json) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.json = json;
    }

    @KafkaListener(topics = Topics.TELEMETRY_INVENTORY, groupId = "${spring.kafka.consumer.group-id}-failed-units")
    void on(ConsumerRecord<String, byte[]> record) {
        Envelope envelope;
        try {
            envelope = Envelope.read(json, record);
        } catch (IllegalArgumentException | JacksonException unreadable) {
            // inventory's own listener sets it aside, once
            return;
        }
        for (var item : envelope.items()) {
            if ("systemd".equals(Envelope.text(item, "section"))) {
                TenantScope.within(envelope.tenant(), () -> {
                    transaction.executeWithoutResult(_ -> store(envelope, item));
                    return true;
                });
            }
        }
    }

    /// An older inventory than the stored one changes nothing.
    private void store(Envelope envelope, JsonNode item) {
        jdbc.sql("""
                        insert into agent_failed_unit (agent_id, tenant_id, units, observed_at)
                        select a.id, a.tenant_id, :units, :observedAt from agent a
                        where a.id = :agent and a.tenant_id = :tenant
                        on conflict (agent_id) do update set units = excluded.units, observed_at = excluded.observed_at
                            where agent_failed_unit.observed_at < excluded.observed_at
                        """)
                .param("units", failed(item.path("data")).toArray(String[]::new))
                .param("observedAt", Timestamp.from(envelope.moment(item, "observed_at")))
                .param("agent", envelope.agent())
                .param("tenant", envelope.tenant().value())
                .update();
    }

    private static TreeSet<String> failed(JsonNode data) {
        var rows = data.isArray() ? data : data.path("items");
        var failed = new TreeSet<String>();
        for (var row : rows) {
            var name = Envelope.text(row, "name");
            if (name != null
                    && name.length() <= LONGEST_NAME
                    && name.matches("(?s)" + Texts.STORABLE)
                    && "failed".equals(Envelope.text(row, "active_state"))
                    && failed.size() < MOST_UNITS) {
                failed.add(name);
            }
        }
        return failed;
    }
}
