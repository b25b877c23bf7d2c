package io.wardroom.fleet.inventory;

import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.tenant.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The items of one record, as ingest-service publishes them.
///
/// @param at when the hub received them, to the millisecond: the database would round what is finer, and the same
/// record would be newer than itself
record Received(TenantId tenant, UUID agent, Instant at, JsonNode items) {
    /// The event's type, or nothing where the record says none.
    static @Nullable String typeOf(ConsumerRecord<String, byte[]> record) {
        var type = record.headers().lastHeader("ce_type");
        return type == null || type.value() == null ? null : new String(type.value(), StandardCharsets.UTF_8);
    }

    /// @throws IllegalArgumentException if it is no such record
    static Received read(ConsumerRecord<String, byte[]> record, JsonMapper json) {
        try {
            var headers = EventHeaders.read(record.headers());
            var value = record.value();
            var items = value == null ? null : json.readTree(value).get("items");
            if (items == null || !items.isArray()) {
                throw new IllegalArgumentException("the record holds no items");
            }
            return new Received(
                    headers.tenant(),
                    UUID.fromString(headers.subject()),
                    headers.time().truncatedTo(ChronoUnit.MILLIS),
                    items);
        } catch (DateTimeException | JacksonException unreadable) {
            throw new IllegalArgumentException("not a record of items", unreadable);
        }
    }
}
