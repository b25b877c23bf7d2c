package io.wardroom.ingest.intake;

import com.google.protobuf.ByteString;
import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.telemetry.proto.MetricsBatch;
import io.wardroom.common.telemetry.proto.Moment;
import io.wardroom.ingest.agent.KnownAgent;
import io.wardroom.ingest.batch.MomentLayout;
import io.wardroom.ingest.batch.ParsedBatch;
import io.wardroom.ingest.batch.Stream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/// Writes batches as the records they become on Kafka.
final class Records {
    static final String SOURCE = "/wardroom/ingest-service";

    /// Records stay below this; what is longer is spread over several.
    static final int LARGEST = 900 * 1024;

    private final JsonMapper json;

    Records(JsonMapper json) {
        this.json = json;
    }

    /// What all records of a batch tell of it.
    record Origin(KnownAgent agent, UUID batchId, ParsedBatch batch, Instant receivedAt, boolean signed) {}

    /// The batch's metrics. Each batch has exactly one such record, without values where it brought none: it proves
    /// that the agent lives, that no `seq` is missing, and that all other records of the batch are stored.
    ProducerRecord<String, byte[]> metrics(Origin origin) {
        var batch = origin.batch();
        var message = MetricsBatch.newBuilder()
                .setBatchId(bytes(origin.batchId()))
                .setInstanceId(batch.instanceId())
                .setSeq(batch.seq())
                .setSentAtMs(batch.sentAtMs())
                .setReceivedAtMs(origin.receivedAt().toEpochMilli())
                .setAgentVersion(batch.agentVersion())
                .setSigned(origin.signed());
        for (var moment : batch.moments()) {
            message.addMoments(Moment.newBuilder()
                    .setLayoutId(moment.layout().id())
                    .setCapturedAtMs(moment.capturedAtMs())
                    .setValues(moment.values()));
        }
        return record(
                Topics.TELEMETRY_METRICS,
                origin.agent(),
                "io.wardroom.metrics.received.v1",
                EventHeaders.PROTOBUF,
                origin.receivedAt(),
                message.build().toByteArray());
    }

    ProducerRecord<String, byte[]> layout(KnownAgent agent, MomentLayout.Unpublished layout, Instant now) {
        var record = new ProducerRecord<>(
                Topics.TELEMETRY_LAYOUTS,
                HexFormat.of().formatHex(layout.id().toByteArray()),
                layout.series().toProto(agent.tenant()).toByteArray());
        headers(agent, "io.wardroom.layout.introduced.v1", EventHeaders.PROTOBUF, now)
                .writeTo(record.headers());
        return record;
    }

    /// Items that are no metrics: one record a topic, or several where they are too long for one.
    List<ProducerRecord<String, byte[]>> others(Origin origin) {
        var records = new ArrayList<ProducerRecord<String, byte[]>>();
        origin.batch().others().forEach((stream, items) -> spread(origin, stream, items, records));
        return records;
    }

    /// @param batchId the batch the heartbeat came in, or one of its own
    ProducerRecord<String, byte[]> heartbeat(Origin origin) {
        return record(
                Topics.TELEMETRY_HEARTBEATS,
                origin.agent(),
                "io.wardroom.heartbeat.received.v1",
                EventHeaders.JSON,
                origin.receivedAt(),
                envelope(origin, List.of("{\"type\":\"heartbeat\"}".getBytes(StandardCharsets.UTF_8)), 0));
    }

    ProducerRecord<String, byte[]> signal(KnownAgent agent, String type, Object event, Instant now) {
        return record(Topics.TELEMETRY_SIGNALS, agent, type, EventHeaders.JSON, now, json.writeValueAsBytes(event));
    }

    private void spread(
            Origin origin, Stream stream, List<byte[]> items, List<ProducerRecord<String, byte[]>> records) {
        var part = new ArrayList<byte[]>();
        var parts = 0;
        var length = 0;
        for (var item : items) {
            if (!part.isEmpty() && length + item.length > LARGEST - 4 * 1024) {
                records.add(others(origin, stream, part, parts++));
                part.clear();
                length = 0;
            }
            part.add(item);
            length += item.length + 1;
        }
        records.add(others(origin, stream, part, parts));
    }

    private ProducerRecord<String, byte[]> others(Origin origin, Stream stream, List<byte[]> items, int part) {
        var topic =
                switch (stream) {
                    case INVENTORY -> Topics.TELEMETRY_INVENTORY;
                    case ALERTS -> Topics.TELEMETRY_ALERTS;
                    case SIGNALS -> Topics.TELEMETRY_SIGNALS;
                };
        var type =
                switch (stream) {
                    case INVENTORY -> "io.wardroom.inventory.received.v1";
                    case ALERTS -> "io.wardroom.alerts.received.v1";
                    case SIGNALS -> "io.wardroom.signals.received.v1";
                };
        return record(
                topic, origin.agent(), type, EventHeaders.JSON, origin.receivedAt(), envelope(origin, items, part));
    }

    private byte[] envelope(Origin origin, List<byte[]> items, int part) {
        var bytes = new ByteArrayOutputStream();
        try (var out = json.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeStringProperty("agent_id", origin.agent().name());
            out.writeStringProperty("batch_id", origin.batchId().toString());
            writeText(out, "instance_id", origin.batch().instanceId());
            out.writeNumberProperty("seq", origin.batch().seq());
            var sentAt = origin.batch().sentAtMs();
            writeText(
                    out,
                    "sent_at",
                    sentAt == 0 ? "" : Instant.ofEpochMilli(sentAt).toString());
            out.writeStringProperty("received_at", origin.receivedAt().toString());
            writeText(out, "agent_version", origin.batch().agentVersion());
            if (part > 0) {
                out.writeNumberProperty("part", part);
            }
            out.writeEndObject();
        }
        var head = bytes.toByteArray();
        bytes.reset();
        bytes.write(head, 0, head.length - 1);
        bytes.writeBytes(",\"items\":[".getBytes(StandardCharsets.UTF_8));
        for (var i = 0; i < items.size(); i++) {
            if (i > 0) {
                bytes.write(',');
            }
            bytes.writeBytes(items.get(i));
        }
        bytes.writeBytes("]}".getBytes(StandardCharsets.UTF_8));
        return bytes.toByteArray();
    }

    private static void writeText(JsonGenerator out, String name, String text) {
        if (text.isEmpty()) {
            out.writeNullProperty(name);
        } else {
            out.writeStringProperty(name, text);
        }
    }

    private static ProducerRecord<String, byte[]> record(
            String topic, KnownAgent agent, String type, String contentType, Instant now, byte[] value) {
        var record = new ProducerRecord<>(topic, agent.name(), value);
        headers(agent, type, contentType, now).writeTo(record.headers());
        return record;
    }

    private static EventHeaders headers(KnownAgent agent, String type, String contentType, Instant now) {
        return new EventHeaders(UuidV7.next(), SOURCE, type, agent.name(), agent.tenant(), now, contentType, null);
    }

    private static ByteString bytes(UUID id) {
        return ByteString.copyFrom(ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .flip());
    }
}
