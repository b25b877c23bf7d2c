package io.wardroom.ingest.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.event.contract.EventContract;
import io.wardroom.common.identity.AgentIdentity;
import io.wardroom.common.telemetry.proto.Layout;
import io.wardroom.common.telemetry.proto.MetricsBatch;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.ingest.agent.KnownAgent;
import io.wardroom.ingest.batch.ParsedBatch;
import io.wardroom.ingest.batch.Stream;
import io.wardroom.ingest.intake.Records.Origin;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// The events of this service are what is promised of them, and what it reads of others' it can read.
class EventContractTest {
    private static final EventContract CONTRACT = EventContract.load();
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private final Records records = new Records(JSON);

    @ParameterizedTest
    @ValueSource(strings = {SignatureEvent.REFUSED, SignatureEvent.UNSIGNED})
    void whatIsSaidOfSignaturesIsWhatIsPromised(String type) {
        CONTRACT.event(type).hold(SignatureEvent.class);
    }

    @ParameterizedTest
    @EnumSource
    void itemsAreWrappedAsIsPromised(Stream stream) {
        var type = "io.wardroom.%s.received.v1".formatted(stream.name().toLowerCase(Locale.ROOT));
        var sample = newest(type);
        var items = sample.get("items")
                .valueStream()
                .map(item -> item.toString().getBytes(StandardCharsets.UTF_8))
                .toList();

        var written = records.others(origin(sample, Map.of(stream, items))).getFirst();

        isPromised(written, type, sample);
    }

    @Test
    void heartbeatsAreWhatIsPromised() {
        var type = "io.wardroom.heartbeat.received.v1";
        var sample = newest(type);

        isPromised(records.heartbeat(origin(sample, Map.of())), type, sample);
    }

    @Test
    void batchesAndLayoutsHaveNoFieldBeyondTheirDefinition() throws Exception {
        for (var sample : CONTRACT.event("io.wardroom.metrics.received.v1").samples()) {
            assertThat(MetricsBatch.parseFrom(sample).getUnknownFields().asMap())
                    .isEmpty();
        }
        for (var sample : CONTRACT.event("io.wardroom.layout.introduced.v1").samples()) {
            assertThat(Layout.parseFrom(sample).getUnknownFields().asMap()).isEmpty();
        }
        var batch = records.metrics(origin(newest("io.wardroom.heartbeat.received.v1"), Map.of()));
        assertThat(EventHeaders.read(batch.headers()).type()).isEqualTo("io.wardroom.metrics.received.v1");
        assertThat(EventHeaders.read(batch.headers()).contentType()).isEqualTo(EventHeaders.PROTOBUF);
    }

    @Test
    void everySampleOfAnIdentityIsRead() {
        for (var sample : CONTRACT.event(AgentIdentity.TYPE).samples()) {
            assertThat(JSON.readValue(sample, AgentIdentity.class).tokenSha256())
                    .hasSize(64);
        }
    }

    private static JsonNode newest(String type) {
        return JSON.readTree(CONTRACT.event(type).samples().getLast());
    }

    /// What the sample tells, as this service would come to write it.
    private static Origin origin(JsonNode sample, Map<Stream, List<byte[]>> others) {
        var agent = new KnownAgent(
                UUID.fromString(sample.get("agent_id").asString()), new TenantId(UUID.randomUUID()), null, List.of());
        var batch = new ParsedBatch(
                null,
                sample.get("instance_id").asString(),
                sample.get("seq").asLong(),
                Instant.parse(sample.get("sent_at").asString()).toEpochMilli(),
                sample.get("agent_version").asString(),
                List.of(),
                others,
                true,
                true,
                1,
                List.of(),
                0,
                0);
        return new Origin(
                agent,
                UUID.fromString(sample.get("batch_id").asString()),
                batch,
                Instant.parse(sample.get("received_at").asString()),
                true);
    }

    private static void isPromised(ProducerRecord<String, byte[]> written, String type, JsonNode sample) {
        var headers = EventHeaders.read(written.headers());
        assertThat(headers.type()).isEqualTo(type);
        assertThat(headers.contentType()).isEqualTo(EventHeaders.JSON);
        assertThat(headers.subject()).isEqualTo(written.key());
        assertThat(JSON.readTree(written.value())).isEqualTo(sample);
    }
}
