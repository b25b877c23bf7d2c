package io.wardroom.fleet.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.common.event.Topics;
import io.wardroom.common.event.contract.EventContract;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.Received;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// Every sample of what is read here can be read.
class SampleTest {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    @Test
    void sectionsAreObservations() {
        for (var record : samples("inventory", Topics.TELEMETRY_INVENTORY)) {
            var received = Received.read(record, JSON);
            assertThat(received.items()).isNotEmpty().allSatisfy(item -> assertThat(
                            Observation.read(item, received.at(), JSON))
                    .isPresent());
        }
    }

    @Test
    void signalsThatAreNoActivityArePassedOver() {
        for (var record : samples("signals", Topics.TELEMETRY_SIGNALS)) {
            assertThat(Activity.allIn(Received.read(record, JSON))).isNotNull();
        }
    }

    private static List<ConsumerRecord<String, byte[]>> samples(String items, String topic) {
        return EventContract.load()
                .event("io.wardroom.%s.received.v1".formatted(items))
                .records(topic, UUID.randomUUID().toString(), new TenantId(UUID.randomUUID()));
    }
}
