package io.wardroom.audit.webhook;

import io.wardroom.common.tenant.TenantId;
import java.io.StringWriter;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// An event as it is told, the same text to each webhook and at each try.
///
/// @param id   the event's own
/// @param body `{event, id, tenant_id, agent_id, timestamp, <subject>{}}`
record Message(UUID id, TenantId tenant, EventName event, String body, Instant at) {
    /// @param subject the event's JSON object; it stands in the body as it is
    static Message of(
            UUID id,
            TenantId tenant,
            EventName event,
            @Nullable String agent,
            Instant at,
            String subject,
            JsonMapper json) {
        var body = new StringWriter(subject.length() + 256);
        try (var out = json.createGenerator(body)) {
            out.writeStartObject();
            out.writeStringProperty("event", event.value());
            out.writeStringProperty("id", id.toString());
            out.writeStringProperty("tenant_id", tenant.toString());
            out.writeName("agent_id");
            if (agent == null) {
                out.writeNull();
            } else {
                out.writeString(agent);
            }
            out.writeStringProperty("timestamp", at.toString());
            out.writeName(event.noun());
            out.writeRawValue(subject);
            out.writeEndObject();
        }
        return new Message(id, tenant, event, body.toString(), at);
    }
}
