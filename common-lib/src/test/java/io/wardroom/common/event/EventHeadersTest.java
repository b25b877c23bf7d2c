package io.wardroom.common.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.wardroom.common.tenant.TenantId;
import java.time.Instant;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class EventHeadersTest {
    private final EventHeaders written = new EventHeaders(
            UuidV7.next(),
            "/wardroom/agent-service",
            "io.wardroom.agent.registered.v1",
            "01890000-0000-7000-8000-000000000007",
            TenantId.of("01890000-0000-7000-8000-000000000001"),
            Instant.parse("2026-01-31T09:15:00.123456Z"),
            EventHeaders.JSON,
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");

    @Test
    void whatIsWrittenIsRead() {
        var headers = new RecordHeaders();

        written.writeTo(headers);

        assertThat(EventHeaders.read(headers)).isEqualTo(written);
        assertThat(EventHeaders.tenantOf(headers)).isEqualTo(written.tenant());
    }

    @Test
    void aRecordWithoutATenantIsNoEvent() {
        var headers = new RecordHeaders();
        written.writeTo(headers);
        headers.remove("ce_tenantid");

        assertThatIllegalArgumentException().isThrownBy(() -> EventHeaders.read(headers));
    }
}
