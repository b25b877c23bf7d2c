package io.wardroom.common.event.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The JSON Schema of an event's record: names as in JSON, forms, and which fields are always there. Events are made of
/// plain values only (docs/adr/0022), so that these few forms are all there are.
final class RecordSchema {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final SnakeCaseStrategy NAMES = new SnakeCaseStrategy();
    private static final Set<String> FOR_PEOPLE = Set.of("$schema", "title", "description");

    private RecordSchema() {}

    static ObjectNode of(Class<?> record) {
        if (!record.isRecord()) {
            throw new IllegalArgumentException("an event is a record, " + record.getName() + " is none");
        }
        var schema = form("object");
        var properties = schema.putObject("properties");
        var required = NODES.arrayNode();
        for (var component : record.getRecordComponents()) {
            var name = NAMES.nameForField(null, null, component.getName());
            var form = of(component.getGenericType());
            if (component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                var plain = form.path("type").asString();
                form.putArray("type").add(plain).add("null");
            } else if (!mayBeLeftOut(component)) {
                required.add(name);
            }
            properties.set(name, form);
        }
        schema.set("required", required);
        return schema;
    }

    /// A stored schema without what is there for people alone.
    static JsonNode bare(JsonNode schema) {
        if (!(schema instanceof ObjectNode object)) {
            return schema;
        }
        var bare = NODES.objectNode();
        object.forEachEntry((name, value) -> {
            // among properties it is a field's name
            if (name.equals("properties")) {
                var properties = bare.putObject(name);
                value.forEachEntry((property, form) -> properties.set(property, bare(form)));
            } else if (!FOR_PEOPLE.contains(name)) {
                bare.set(name, bare(value));
            }
        });
        return bare;
    }

    private static boolean mayBeLeftOut(RecordComponent component) {
        var inclusion = component.getAccessor().getAnnotation(JsonInclude.class);
        return inclusion != null && inclusion.value() != JsonInclude.Include.ALWAYS;
    }

    private static ObjectNode of(Type type) {
        if (type instanceof ParameterizedType generic) {
            if (generic.getRawType() == List.class) {
                var list = form("array");
                list.set("items", of(generic.getActualTypeArguments()[0]));
                return list;
            }
            if (generic.getRawType() == Map.class) {
                return form("object");
            }
        }
        return switch (type.getTypeName()) {
            case "java.lang.String" -> form("string");
            case "boolean", "java.lang.Boolean" -> form("boolean");
            case "int", "long", "java.lang.Integer", "java.lang.Long" -> form("integer");
            case "double", "java.lang.Double" -> form("number");
            default -> {
                if (type == UUID.class) {
                    yield form("string").put("format", "uuid");
                }
                if (type == Instant.class) {
                    yield form("string").put("format", "date-time");
                }
                if (type instanceof Class<?> nested && nested.isRecord()) {
                    yield of(nested);
                }
                throw new IllegalArgumentException("an event has no form for " + type.getTypeName());
            }
        };
    }

    private static ObjectNode form(String type) {
        return NODES.objectNode().put("type", type);
    }
}
