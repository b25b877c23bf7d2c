package io.wardroom.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.common.event.contract.EventContract;
import io.wardroom.common.tenant.TenantId;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// The events of this service are what is promised of them, and what it reads of others' it can read.
class EventContractTest {
    private static final EventContract CONTRACT = EventContract.load();
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    @ParameterizedTest
    @CsvSource({
        "agent.registered, agent.AgentEvents$AgentRegistered",
        "agent.deleted, agent.AgentEvents$AgentDeleted",
        "agent.online, alert.liveness.LivenessEvents$LivenessChanged",
        "agent.offline, alert.liveness.LivenessEvents$LivenessChanged",
        "honeypot.tripped, security.Signals$HoneypotEvent",
        "alert.created, alert.AlertEvents$AlertChanged",
        "alert.acknowledged, alert.AlertEvents$AlertChanged",
        "alert.resolved, alert.AlertEvents$AlertChanged",
        "anomaly.opened, agent.Anomaly",
        "anomaly.resolved, agent.Anomaly"
    })
    void whatIsWrittenIsWhatIsPromised(String event, String record) throws Exception {
        CONTRACT.event("io.wardroom.%s.v1".formatted(event)).hold(Class.forName("io.wardroom.fleet." + record));
    }

    @ParameterizedTest
    @ValueSource(strings = {"heartbeat", "inventory", "alerts", "signals"})
    void itemsOfEverySampleAreRead(String items) {
        var agent = UUID.randomUUID();
        var tenant = new TenantId(UUID.randomUUID());

        var records = CONTRACT.event("io.wardroom.%s.received.v1".formatted(items))
                .records("telemetry.%s.v1".formatted(items), agent.toString(), tenant);

        assertThat(records).isNotEmpty().allSatisfy(record -> {
            var received = Received.read(record, JSON);
            assertThat(received.agent()).isEqualTo(agent);
            assertThat(received.tenant()).isEqualTo(tenant);
            assertThat(received.items()).isNotEmpty();
            assertThat(Received.isOfSignals(record)).isEqualTo(items.equals("signals"));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"refused", "unsigned"})
    void whatIngestSaysOfSignaturesIsRead(String kind) throws Exception {
        var read = Class.forName("io.wardroom.fleet.agent.SignatureListener$SignatureEvent");

        for (var sample :
                CONTRACT.event("io.wardroom.ingest.%s.v1".formatted(kind)).samples()) {
            Object event = JSON.readValue(sample, read);
            assertThat(event).hasNoNullFieldsOrPropertiesExcept("sourceIp", "userAgent", "requestId");
        }
    }
}
