package io.wardroom.fleet;

import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.tenant.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/// The items of one record, as ingest-service wraps those that are no metrics.
///
/// @param id the same whenever the same part of the same batch comes; a batch that is sent again is another event
/// @param at when the hub received them, to the millisecond: the database would round what is finer, and the same
/// record would be newer than itself
public record Received(UUID id, TenantId tenant, UUID agent, Instant at, JsonNode items) {
    /// What agents saw and do, on the topic of signals, beside what ingest-service says of its own.
    private static final String SIGNALS = "io.wardroom.signals.received.v1";

    /// Whether a record of the topic of signals holds items at all.
    public static boolean isOfSignals(ConsumerRecord<String, byte[]> record) {
        var type = record.headers().lastHeader("ce_type");
        return type != null && type.value() != null && SIGNALS.equals(new String(type.value(), StandardCharsets.UTF_8));
    }

    /// @throws IllegalArgumentException if it is no such record
    public static Received read(ConsumerRecord<String, byte[]> record, JsonMapper json) {
        try {
            var headers = EventHeaders.read(record.headers());
            var value = record.value();
            var body = value == null ? null : json.readTree(value);
            if (body == null || !(body.get("items") instanceof ArrayNode items)) {
                throw new IllegalArgumentException("the record holds no items");
            }
            var agent = UUID.fromString(headers.subject());
            var name = "%s/%s/%s/%s".formatted(record.topic(), agent, body.get("batch_id"), body.get("part"));
            return new Received(
                    UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)),
                    headers.tenant(),
                    agent,
                    headers.time().truncatedTo(ChronoUnit.MILLIS),
                    items);
        } catch (DateTimeException | JacksonException unreadable) {
            throw new IllegalArgumentException("not a record of items", unreadable);
        }
    }
}
