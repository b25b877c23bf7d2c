package io.wardroom.ingest.batch;

import io.wardroom.ingest.batch.ItemFault.Code;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// The form of an item type that is passed on as JSON: which fields it has and what each may hold. What the form does
/// not name is left out, or kept where the form is open.
final class ItemForm {
    private static final int LINE = 512;
    private static final int PATH = 4096;
    private static final int TEXT = 16 * 1024;
    private static final int LONGEST_IN_TREE = 64 * 1024;
    private static final long LARGEST_PID = 1L << 32;

    private static final Map<String, ItemForm> FORMS = new HashMap<>();

    static {
        new ItemForm("inventory", Stream.INVENTORY, "observed_at", false)
                .needs("section", word(32))
                .needs("data", tree())
                // a section too large for one item is cut by the agent, which says so and how many rows there are
                .takes("truncated", flag())
                .takes("total", whole());
        new ItemForm("alert", Stream.ALERTS, "detected_at", false)
                .needs("category", word(64))
                .needs("severity", oneOf("critical", "high", "medium", "warning"))
                .needs("title", line(LINE))
                .takes("detail", text());
        new ItemForm("honeypot_event", Stream.SIGNALS, "observed_at", false)
                .needs("path", line(PATH))
                .needs("action", word(64))
                .takes("process_name", line(LINE))
                .takes("process_pid", whole());
        new ItemForm("process_dna", Stream.SIGNALS, "observed_at", false)
                .needs("pid", whole())
                .needs("name", line(LINE))
                .takes("exe_path", line(PATH))
                .takes("exe_sha256", sha256());
        // one connection, or the list of all
        new ItemForm("connection", Stream.SIGNALS, "observed_at", true);
        new ItemForm("processes", Stream.SIGNALS, "observed_at", true);
    }

    private final String type;
    private final Stream stream;
    private final String timeField;
    private final boolean open;
    private final Map<String, Rule> rules = new HashMap<>();
    private final List<String> required = new ArrayList<>();

    /// Checks the value the parser stands on and copies it.
    @FunctionalInterface
    private interface Rule {
        void copy(JsonParser from, JsonGenerator to, String field) throws ItemFault;
    }

    /// Reads a time and holds it against the bounds.
    @FunctionalInterface
    interface Times {
        long of(JsonParser from, String field) throws ItemFault;
    }

    /// @param unknown fields that were left out
    record Copied(byte[] json, int unknown) {}

    private ItemForm(String type, Stream stream, String timeField, boolean open) {
        this.type = type;
        this.stream = stream;
        this.timeField = timeField;
        this.open = open;
        FORMS.put(type, this);
    }

    static @Nullable ItemForm of(String type) {
        return FORMS.get(type);
    }

    Stream stream() {
        return stream;
    }

    private ItemForm needs(String field, Rule rule) {
        required.add(field);
        return takes(field, rule);
    }

    private ItemForm takes(String field, Rule rule) {
        rules.put(field, rule);
        return this;
    }

    /// Copies the item whose fields the parser is about to read.
    ///
    /// @param nowMs the time of an item that carries none
    Copied copy(JsonFactory json, JsonParser from, long nowMs, Times times) throws ItemFault {
        var bytes = new ByteArrayOutputStream();
        Set<String> seen = new HashSet<>();
        var unknown = 0;
        var at = nowMs;
        try (var to = json.createGenerator(ObjectWriteContext.empty(), bytes)) {
            to.writeStartObject();
            to.writeStringProperty("type", type);
            for (var field = from.nextName(); field != null; field = from.nextName()) {
                var token = from.nextToken();
                if (field.equals("type")) {
                    from.skipChildren();
                    continue;
                }
                if (field.equals(timeField)) {
                    at = times.of(from, field);
                    continue;
                }
                var rule = rules.getOrDefault(field, open ? tree() : null);
                if (rule == null) {
                    unknown++;
                    from.skipChildren();
                    continue;
                }
                if (token == JsonToken.VALUE_NULL) {
                    continue;
                }
                if (!seen.add(field)) {
                    throw ItemFault.invalid(Texts.excerpt(field), "is given twice");
                }
                to.writeName(storable(field, type));
                rule.copy(from, to, Texts.excerpt(field));
            }
            to.writeStringProperty(timeField, Instant.ofEpochMilli(at).toString());
            for (var field : required) {
                if (!seen.contains(field)) {
                    throw ItemFault.invalid(field, "is missing");
                }
            }
            if (seen.isEmpty()) {
                throw ItemFault.invalid(type, "says nothing");
            }
            to.writeEndObject();
        }
        return new Copied(bytes.toByteArray(), unknown);
    }

    private static String textOf(JsonParser from, String field, int longest) throws ItemFault {
        if (from.currentToken() != JsonToken.VALUE_STRING || from.getStringLength() > longest) {
            throw ItemFault.invalid(field, "must be a text of at most %d characters".formatted(longest));
        }
        return from.getString();
    }

    private static Rule line(int longest) {
        return (from, to, field) -> {
            var text = textOf(from, field, longest);
            if (text.isEmpty() || !Texts.isLine(text)) {
                throw ItemFault.invalid(field, "must not be empty nor hold control characters");
            }
            to.writeString(text);
        };
    }

    private static Rule text() {
        return (from, to, field) -> {
            var text = textOf(from, field, TEXT);
            if (!Texts.isStorable(text)) {
                throw ItemFault.invalid(field, "must not hold NUL or half a character");
            }
            to.writeString(text);
        };
    }

    /// Lower-case letters, digits, `-`, `_` and `.`.
    private static Rule word(int longest) {
        return (from, to, field) -> {
            var text = textOf(from, field, longest);
            if (!text.matches("[a-z0-9][a-z0-9_.-]*")) {
                throw ItemFault.invalid(field, "must be a word of lower-case letters, digits, - _ .");
            }
            to.writeString(text);
        };
    }

    private static Rule sha256() {
        return (from, to, field) -> {
            var text = textOf(from, field, 64);
            if (!text.matches("[0-9a-fA-F]{64}")) {
                throw ItemFault.invalid(field, "must be 64 hexadecimal characters");
            }
            to.writeString(text);
        };
    }

    private static Rule oneOf(String... words) {
        return (from, to, field) -> {
            var text = textOf(from, field, 64);
            if (!List.of(words).contains(text)) {
                throw ItemFault.invalid(field, "must be one of " + String.join(", ", words));
            }
            to.writeString(text);
        };
    }

    private static Rule whole() {
        return (from, to, field) -> {
            if (from.currentToken() != JsonToken.VALUE_NUMBER_INT
                    || from.getStringLength() > 18
                    || from.getLongValue() < 0
                    || from.getLongValue() > LARGEST_PID) {
                throw ItemFault.invalid(field, "must be a whole number from 0 on");
            }
            to.writeNumber(from.getLongValue());
        };
    }

    private static Rule flag() {
        return (from, to, field) -> {
            if (!from.currentToken().isBoolean()) {
                throw ItemFault.invalid(field, "must be true or false");
            }
            to.writeBoolean(from.getBooleanValue());
        };
    }

    /// Any JSON whose texts can be stored.
    private static Rule tree() {
        return ItemForm::copyTree;
    }

    private static void copyTree(JsonParser from, JsonGenerator to, String field) throws ItemFault {
        var depth = 0;
        while (true) {
            switch (from.currentToken()) {
                case START_OBJECT -> {
                    to.writeStartObject();
                    depth++;
                }
                case START_ARRAY -> {
                    to.writeStartArray();
                    depth++;
                }
                case END_OBJECT -> {
                    to.writeEndObject();
                    depth--;
                }
                case END_ARRAY -> {
                    to.writeEndArray();
                    depth--;
                }
                case PROPERTY_NAME -> to.writeName(storable(from.currentName(), field));
                case VALUE_STRING -> to.writeString(storable(from.getString(), field));
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                    if (!Double.isFinite(from.getDoubleValue())) {
                        throw new ItemFault(Code.VALUE_OUT_OF_RANGE, field + " holds a number beyond a double");
                    }
                    to.writeNumber(from.getString());
                }
                case VALUE_TRUE, VALUE_FALSE -> to.writeBoolean(from.getBooleanValue());
                default -> to.writeNull();
            }
            if (depth == 0) {
                return;
            }
            from.nextToken();
        }
    }

    private static String storable(String text, String field) throws ItemFault {
        if (text.length() > LONGEST_IN_TREE || !Texts.isStorable(text)) {
            throw ItemFault.invalid(
                    field, "must hold texts of at most %d characters, without NUL".formatted(LONGEST_IN_TREE));
        }
        return text;
    }
}
