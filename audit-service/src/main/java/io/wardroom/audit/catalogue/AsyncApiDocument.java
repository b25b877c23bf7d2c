package io.wardroom.audit.catalogue;

import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.event.contract.EventContract;
import io.wardroom.common.event.contract.EventContract.Event;
import io.wardroom.common.event.contract.EventContract.Topic;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The contract of events in the form of AsyncAPI 3.
///
/// @see <a href="https://www.asyncapi.com/docs/reference/specification/v3.0.0">AsyncAPI 3.0.0</a>
final class AsyncApiDocument {
    private static final String PROTOBUF = "application/vnd.google.protobuf;version=3";
    private static final String CLOUD_EVENT = "CloudEvent";
    private static final String KAFKA_BINDING = "0.5.0";

    private static final Map<String, String> MESSAGES = Map.of(
            "io.wardroom.metrics.received.v1", "MetricsBatch",
            "io.wardroom.layout.introduced.v1", "Layout");

    private final JsonMapper json;

    AsyncApiDocument(JsonMapper json) {
        this.json = json;
    }

    ObjectNode of(EventContract contract, String version, String kafka) {
        var document = json.createObjectNode();
        document.put("asyncapi", "3.0.0").put("id", "urn:wardroom:hub");
        document.putObject("info")
                .put("title", "Wardroom")
                .put("version", version)
                .put(
                        "description",
                        "What happens in Wardroom, as CloudEvents 1.0 in Kafka's binary mode. A schema only ever grows: pass "
                                + "over fields you do not know; what breaks is another topic. An event may come twice, "
                                + "with the same `ce_id`. Events of one key are in order.");
        document.put("defaultContentType", EventHeaders.JSON);
        document.putObject("servers")
                .putObject("kafka")
                .put("host", kafka)
                .put("protocol", "kafka")
                .put("description", "Read by whom the platform's administrator admits.");
        var channels = document.putObject("channels");
        var operations = document.putObject("operations");
        var components = document.putObject("components");
        var messages = components.putObject("messages");
        components.putObject("schemas").set(CLOUD_EVENT, cloudEvent());
        for (var topic : contract.topics()) {
            channels.set(topic.name(), channel(topic));
            operations.set("publish-" + topic.name(), operation(topic));
            topic.events().forEach(event -> messages.set(event.type(), message(topic, event)));
        }
        return document;
    }

    private ObjectNode channel(Topic topic) {
        var channel = json.createObjectNode();
        channel.put("address", topic.name())
                .put("title", topic.name())
                .put("summary", "Written by %s, keyed by %s.".formatted(topic.service(), topic.key()))
                .put("description", topic.description());
        channel.putArray("servers").add(reference("servers/kafka"));
        var messages = channel.putObject("messages");
        topic.events().forEach(event -> messages.set(event.type(), reference("components/messages/" + event.type())));
        var binding = channel.putObject("bindings").putObject("kafka");
        binding.put("topic", topic.name()).put("bindingVersion", KAFKA_BINDING);
        binding.putObject("topicConfiguration")
                .putArray("cleanup.policy")
                .add(topic.compacted() ? "compact" : "delete");
        return channel;
    }

    private ObjectNode operation(Topic topic) {
        var operation = json.createObjectNode();
        operation.put("action", "send").put("summary", "%s tells.".formatted(topic.service()));
        operation.set("channel", reference("channels/" + topic.name()));
        var messages = operation.putArray("messages");
        topic.events()
                .forEach(event ->
                        messages.add(reference("channels/%s/messages/%s".formatted(topic.name(), event.type()))));
        return operation;
    }

    private ObjectNode message(Topic topic, Event event) {
        var message = json.createObjectNode();
        message.put("name", event.type())
                .put("title", event.type())
                .put("summary", event.summary())
                .put("contentType", event.contentType());
        var headers = message.putObject("headers");
        headers.put("type", "object");
        headers.putArray("allOf").add(reference("components/schemas/" + CLOUD_EVENT));
        headers.putObject("properties")
                .putObject("ce_type")
                .put("type", "string")
                .put("const", event.type());
        var schema = event.schema();
        if (schema instanceof ObjectNode form) {
            // what stands in the tree says which draft it is; here AsyncAPI's own says it
            var payload = form.deepCopy();
            payload.remove("$schema");
            message.set("payload", payload);
            var examples = message.putArray("examples");
            event.samples().forEach(sample -> examples.addObject().set("payload", json.readTree(sample)));
        } else {
            message.putObject("payload").put("schemaFormat", PROTOBUF).put("schema", protobuf(event));
        }
        var binding = message.putObject("bindings").putObject("kafka");
        binding.putObject("key").put("type", "string").put("description", topic.key());
        binding.put("bindingVersion", KAFKA_BINDING);
        return message;
    }

    /// The definition with a mark at the message that this event is, as the specification's parser asks for.
    private static String protobuf(Event event) {
        var message = "message " + MESSAGES.getOrDefault(event.type(), "") + " {";
        return EventContract.protobuf().replace(message, "// @RootNode\n" + message);
    }

    /// The attributes that [EventHeaders] writes.
    private ObjectNode cloudEvent() {
        var schema = json.createObjectNode();
        schema.put("type", "object").put("description", "CloudEvents 1.0, Kafka protocol binding, binary mode");
        var properties = schema.putObject("properties");
        attribute(properties, "ce_specversion", "always 1.0");
        attribute(properties, "ce_id", "the event's own id, UUIDv7; the same however often it comes");
        attribute(properties, "ce_source", "`/wardroom/<service>`");
        attribute(properties, "ce_type", "`io.wardroom.<noun>.<verb>.v1`");
        attribute(properties, "ce_subject", "what it is about, an agent's id say");
        attribute(properties, "ce_tenantid", "whose event it is");
        attribute(properties, "ce_time", "when it happened, RFC 3339");
        attribute(properties, "content-type", "the form of the value");
        attribute(properties, "traceparent", "W3C trace context, if the work that caused it was traced");
        var required = schema.putArray("required");
        for (var name : properties.propertyNames()) {
            if (!name.equals("traceparent")) {
                required.add(name);
            }
        }
        return schema;
    }

    private static void attribute(ObjectNode properties, String name, String description) {
        properties.putObject(name).put("type", "string").put("description", description);
    }

    private JsonNode reference(String place) {
        return json.createObjectNode().put("$ref", "#/" + place);
    }
}
