package io.wardroom.fleet.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.common.event.contract.EventContract;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// Every sample of what is read here can be read.
class SampleTest {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    @Test
    void signalsOfCanariesAndProgramsAreRead() {
        for (var sample :
                EventContract.load().event("io.wardroom.signals.received.v1").samples()) {
            assertThat(JSON.readTree(sample).get("items").valueStream())
                    .flatExtracting(item -> JSON.treeToValue(item, SignalsListener.Item.class)
                            .signal(Instant.EPOCH)
                            .toList())
                    .hasAtLeastOneElementOfType(Signal.HoneypotTripped.class)
                    .hasAtLeastOneElementOfType(Signal.ProcessSeen.class);
        }
    }
}
