package io.wardroom.fleet.telemetry;

import com.google.protobuf.ByteString;
import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.telemetry.SeriesLayout;
import io.wardroom.common.telemetry.SeriesLayout.SeriesName;
import io.wardroom.common.telemetry.ValueCodec;
import io.wardroom.common.telemetry.proto.MetricsBatch;
import io.wardroom.common.telemetry.proto.Moment;
import io.wardroom.common.tenant.TenantId;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/// A batch as ingest-service publishes it.
final class TestBatch {
    private final TenantId tenant;
    private final UUID agent;
    private final MetricsBatch.Builder message = MetricsBatch.newBuilder()
            .setInstanceId("instance-1")
            .setAgentVersion("1.2.3")
            .setSeq(1)
            .setSigned(true);

    private TestBatch(TenantId tenant, UUID agent) {
        this.tenant = tenant;
        this.agent = agent;
        id(UuidV7.next());
        receivedAt(Instant.now());
    }

    static TestBatch of(TenantId tenant, UUID agent) {
        return new TestBatch(tenant, agent);
    }

    /// Series with these names, which may carry labels: `name` or `name{key=value}`.
    static SeriesLayout layout(String... names) {
        return new SeriesLayout(Arrays.stream(names).map(TestBatch::series).toList());
    }

    static SeriesName series(String text) {
        var labels = new TreeMap<String, String>();
        var brace = text.indexOf('{');
        if (brace < 0) {
            return new SeriesName(text, labels);
        }
        for (var label : text.substring(brace + 1, text.length() - 1).split(",")) {
            labels.put(label.split("=")[0], label.split("=")[1]);
        }
        return new SeriesName(text.substring(0, brace), labels);
    }

    TestBatch id(UUID id) {
        message.setBatchId(ByteString.copyFrom(ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .flip()));
        return this;
    }

    TestBatch receivedAt(Instant moment) {
        message.setReceivedAtMs(moment.toEpochMilli());
        return this;
    }

    TestBatch moment(SeriesLayout layout, Instant at, double... values) {
        message.addMoments(Moment.newBuilder()
                .setLayoutId(layout.id(tenant))
                .setCapturedAtMs(millis(at))
                .setValues(ValueCodec.pack(values, values.length)));
        return this;
    }

    private static long millis(Instant at) {
        return at.getEpochSecond() > Long.MAX_VALUE / 1_000 ? Long.MAX_VALUE : at.toEpochMilli();
    }

    MetricsBatch toMessage() {
        return message.build();
    }

    ConsumerRecord<String, byte[]> toRecord() {
        return record(agent.toString(), tenant, toMessage().toByteArray());
    }

    ProducerRecord<String, byte[]> toSend() {
        var record = new ProducerRecord<>(
                Topics.TELEMETRY_METRICS, agent.toString(), toMessage().toByteArray());
        headers(tenant, "io.wardroom.metrics.received.v1", agent.toString(), record.headers());
        return record;
    }

    static ProducerRecord<String, byte[]> toSend(TenantId tenant, SeriesLayout layout) {
        var id = HexFormat.of().formatHex(layout.id(tenant).toByteArray());
        var record = new ProducerRecord<>(
                Topics.TELEMETRY_LAYOUTS, id, layout.toProto(tenant).toByteArray());
        headers(tenant, "io.wardroom.layout.declared.v1", id, record.headers());
        return record;
    }

    static ConsumerRecord<String, byte[]> record(@Nullable String key, TenantId tenant, byte @Nullable [] value) {
        var record = new ConsumerRecord<String, byte[]>(Topics.TELEMETRY_METRICS, 0, 0, key, value);
        headers(tenant, "io.wardroom.metrics.received.v1", "subject", record.headers());
        return record;
    }

    private static void headers(TenantId tenant, String type, String subject, Headers headers) {
        new EventHeaders(
                        UuidV7.next(),
                        "/wardroom/ingest-service",
                        type,
                        subject,
                        tenant,
                        Instant.now(),
                        EventHeaders.PROTOBUF,
                        null)
                .writeTo(headers);
    }
}
