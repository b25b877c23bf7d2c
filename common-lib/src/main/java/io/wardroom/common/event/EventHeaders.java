package io.wardroom.common.event;

import io.wardroom.common.tenant.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/// The CloudEvents 1.0 attributes of a record in Kafka's binary mode.
///
/// @param id          the event's own id, UUIDv7; consumers are idempotent by it
/// @param source      `/wardroom/<service>`
/// @param type        `io.wardroom.<noun>.<verb>.v1`
/// @param subject     the aggregate's id
/// @param tenant      whose event it is
/// @param time        when it happened
/// @param contentType the form of the record's value
/// @param traceparent W3C trace context of the work that caused it, if it was traced
/// @see <a href="https://cloudevents.io">CloudEvents 1.0, Kafka protocol binding</a>
public record EventHeaders(
        UUID id,
        String source,
        String type,
        String subject,
        TenantId tenant,
        Instant time,
        String contentType,
        @Nullable String traceparent) {
    public static final String JSON = "application/json";
    public static final String PROTOBUF = "application/x-protobuf";

    public void writeTo(Headers headers) {
        put(headers, "ce_specversion", "1.0");
        put(headers, "ce_id", id.toString());
        put(headers, "ce_source", source);
        put(headers, "ce_type", type);
        put(headers, "ce_subject", subject);
        put(headers, "ce_tenantid", tenant.toString());
        put(headers, "ce_time", time.toString());
        put(headers, "content-type", contentType);
        if (traceparent != null) {
            put(headers, "traceparent", traceparent);
        }
    }

    /// Reads the attributes back.
    ///
    /// @throws IllegalArgumentException if a required one is missing or malformed: the record is no event of ours
    public static EventHeaders read(Headers headers) {
        return new EventHeaders(
                UUID.fromString(require(headers, "ce_id")),
                require(headers, "ce_source"),
                require(headers, "ce_type"),
                require(headers, "ce_subject"),
                TenantId.of(require(headers, "ce_tenantid")),
                Instant.parse(require(headers, "ce_time")),
                require(headers, "content-type"),
                find(headers, "traceparent"));
    }

    /// The tenant alone, for listeners that need nothing else.
    ///
    /// @throws IllegalArgumentException if it is missing or malformed
    public static TenantId tenantOf(Headers headers) {
        return TenantId.of(require(headers, "ce_tenantid"));
    }

    private static void put(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private static String require(Headers headers, String name) {
        var value = find(headers, name);
        if (value == null) {
            throw new IllegalArgumentException("no header " + name);
        }
        return value;
    }

    private static @Nullable String find(Headers headers, String name) {
        var header = headers.lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}
