package io.wardroom.fleet.alert.rule;

import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.tenant.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What ingest-service wraps items in that are no metrics.
///
/// @param id the same whenever the same part of the same batch comes
record Envelope(UUID id, TenantId tenant, UUID agent, Instant receivedAt, List<JsonNode> items) {
    /// @throws IllegalArgumentException if the record is no such envelope
    static Envelope read(JsonMapper json, ConsumerRecord<String, byte[]> record) {
        if (record.value() == null) {
            throw new IllegalArgumentException("a tombstone is no envelope");
        }
        var headers = EventHeaders.read(record.headers());
        var body = json.readTree(record.value());
        var agent = UUID.fromString(headers.subject());
        var items = new ArrayList<JsonNode>();
        body.path("items").forEach(items::add);
        // not the event's own id: a batch that is sent again is another event
        var name = "%s/%s/%s/%s".formatted(record.topic(), agent, text(body, "batch_id"), text(body, "part"));
        return new Envelope(
                UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)),
                headers.tenant(),
                agent,
                headers.time(),
                items);
    }

    static @Nullable String text(JsonNode item, String field) {
        var value = item.get(field);
        return value == null || value.isNull() || value.isContainer() ? null : value.asString();
    }

    /// The moment in a field, the envelope's own where there is none.
    Instant moment(JsonNode item, String field) {
        var text = text(item, field);
        try {
            return text == null ? receivedAt : Instant.parse(text);
        } catch (DateTimeParseException malformed) {
            return receivedAt;
        }
    }
}
