package io.wardroom.common.event.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.wardroom.common.audit.AuditAction;
import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.identity.AgentIdentity;
import io.wardroom.common.tenant.TenantId;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EventContractTest {
    private final EventContract contract = EventContract.load();

    @Test
    void theRecordsHereAreWhatIsPromised() {
        assertThatCode(() -> contract.event(AgentIdentity.TYPE).hold(AgentIdentity.class))
                .doesNotThrowAnyException();
        assertThatCode(() -> contract.event(AuditAction.TYPE).hold(AuditAction.class))
                .doesNotThrowAnyException();
    }

    @Test
    void aRecordThatLostAFieldIsNamed() {
        record Shorter(UUID id, UUID tenantId, Instant timestamp) {}

        assertThatIllegalStateException()
                .isThrownBy(() -> contract.event(AuditAction.TYPE).hold(Shorter.class))
                .withMessageContaining(AuditAction.TYPE);
    }

    @Test
    void anEventIsMadeOfPlainValues() {
        record Odd(Map<String, String> known, Thread unknown) {}

        assertThatIllegalArgumentException()
                .isThrownBy(() -> RecordSchema.of(Odd.class))
                .withMessageContaining("Thread");
    }

    @Test
    void samplesAreRecordsAsTheyAreRead() {
        var key = UUID.randomUUID().toString();
        var tenant = new TenantId(UUID.randomUUID());

        var records = contract.event(AuditAction.TYPE).records("audit.actions.v1", key, tenant);

        assertThat(records).isNotEmpty().allSatisfy(record -> {
            var headers = EventHeaders.read(record.headers());
            assertThat(headers.type()).isEqualTo(AuditAction.TYPE);
            assertThat(headers.tenant()).isEqualTo(tenant);
            assertThat(headers.contentType()).isEqualTo(EventHeaders.JSON);
        });
    }

    @Test
    void nothingIsPromisedOfWhatNobodyWrites() {
        assertThatIllegalArgumentException().isThrownBy(() -> contract.event("io.wardroom.nothing.happened.v1"));
        assertThat(EventContract.protobuf()).contains("message MetricsBatch");
    }
}
