package io.wardroom.fleet.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.event.Topics;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/// Hears from ingest-service which batches it refused or took unsigned.
@Component
class SignatureListener {
    private static final Set<String> TYPES = Set.of("io.wardroom.ingest.refused.v1", "io.wardroom.ingest.unsigned.v1");

    private final SignatureDoubts doubts;
    private final JsonMapper json;

    SignatureListener(SignatureDoubts doubts, JsonMapper json) {
        this.doubts = doubts;
        this.json = json;
    }

    /// What of the event is read here; it may grow.
    @JsonIgnoreProperties(ignoreUnknown = true)
    record SignatureEvent(
            UUID agentId,
            String kind,
            String severity,
            String outcome,
            String summary,
            @Nullable String sourceIp,
            @Nullable String userAgent,
            @Nullable String requestId) {
        boolean refused() {
            return outcome.equals("refused");
        }

        Caller caller() {
            return new Caller(sourceIp, userAgent, requestId);
        }
    }

    @KafkaListener(topics = Topics.TELEMETRY_SIGNALS, groupId = "${spring.kafka.consumer.group-id}-signatures")
    void on(ConsumerRecord<String, byte[]> record) {
        var headers = EventHeaders.read(record.headers());
        if (TYPES.contains(headers.type())) {
            doubts.take(headers.id(), headers.tenant(), json.readValue(record.value(), SignatureEvent.class));
        }
    }
}
