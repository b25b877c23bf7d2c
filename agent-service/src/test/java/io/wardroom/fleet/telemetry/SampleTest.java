package io.wardroom.fleet.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.common.event.Topics;
import io.wardroom.common.event.contract.EventContract;
import io.wardroom.common.telemetry.ValueCodec;
import io.wardroom.common.telemetry.proto.MetricsBatch;
import io.wardroom.common.tenant.TenantId;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Every sample of what is read here can be read.
class SampleTest {
    private static final EventContract CONTRACT = EventContract.load();
    /// A layout's id is its tenant's alone; this is the samples'.
    private static final TenantId TENANT = TenantId.of("01890000-0000-7000-8000-000000000001");

    @Test
    void batchesAreReadWithTheirLayouts() throws Exception {
        var layouts = CONTRACT.event("io.wardroom.layout.introduced.v1");
        var metrics = CONTRACT.event("io.wardroom.metrics.received.v1");

        for (var i = 0; i < metrics.samples().size(); i++) {
            var layout = Layouts.read(TENANT, layouts.samples().get(i));
            var batch = MetricsBatch.parseFrom(metrics.samples().get(i));
            assertThat(batch.getUnknownFields().asMap()).isEmpty();
            assertThat(ValueCodec.unpack(
                            batch.getMoments(0).getValues(), layout.series().size()))
                    .containsExactly(0.2513, 0.97);
            assertThat(batch.getMoments(0).getLayoutId()).isEqualTo(layout.id(TENANT));

            var record = metrics.records(
                            Topics.TELEMETRY_METRICS, UUID.randomUUID().toString(), TENANT)
                    .get(i);
            var always = new ReceivedBatch.Window(0, Long.MAX_VALUE);
            assertThat(ReceivedBatch.read(record, always, (_, _) -> Optional.of(layout))
                            .refused())
                    .isZero();
        }
    }
}
