package io.wardroom.fleet.telemetry;

import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.event.Topics;
import io.wardroom.common.telemetry.SeriesLayout;
import io.wardroom.common.tenant.TenantId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;

/// Takes layouts off their topic, before or after the first batch that uses them.
@Component
class LayoutsListener {
    private final Intake intake;
    private final DeadLetters dead;

    LayoutsListener(Intake intake, DeadLetters dead) {
        this.intake = intake;
        this.dead = dead;
    }

    @KafkaListener(
            topics = Topics.TELEMETRY_LAYOUTS,
            groupId = "${spring.kafka.consumer.group-id}-layouts",
            containerFactory = TelemetryKafka.LAYOUTS)
    void on(List<ConsumerRecord<String, byte[]>> records) {
        Map<TenantId, List<SeriesLayout>> layouts = new LinkedHashMap<>();
        for (var record : records) {
            if (record.value() == null) {
                // a tombstone: what was stored stays, batches may still stand for it
                continue;
            }
            try {
                var tenant = EventHeaders.tenantOf(record.headers());
                layouts.computeIfAbsent(tenant, _ -> new ArrayList<>()).add(Layouts.read(tenant, record.value()));
            } catch (IllegalArgumentException unreadable) {
                dead.bury(record, unreadable);
            }
        }
        intake.store(layouts);
    }
}
