package io.wardroom.audit.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.common.audit.AuditAction;
import io.wardroom.common.event.contract.EventContract;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// The event of this service is what is promised of it, and every sample of what is read here can be read.
class SampleTest {
    private final EventContract contract = EventContract.load();
    private final Intake intake = new Intake(JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build());

    @Test
    void deedsAreReadAsTheyWereWritten() {
        for (var sample : contract.event(AuditAction.TYPE).samples()) {
            var deed = intake.read(sample);
            assertThat(deed.action()).isEqualTo("create_enrolment_token");
            assertThat(deed.details()).containsEntry("label", "rack 7");
        }
    }

    @Test
    void checkpointsAreWhatIsPromised() throws Exception {
        contract.event("io.wardroom.checkpoint.signed.v1")
                .hold(Class.forName("io.wardroom.audit.proof.CheckpointSigned"));
    }
}
