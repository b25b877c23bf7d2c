package io.wardroom.fleet.inventory;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The fields that rows of one kind have, in the contract's order.
///
/// What an agent sends beside them is passed over, and a value of another type counts as not given: one odd field must
/// not cost the row, nor one odd row the others.
record Shape(List<Field> fields) {
    private static final int MOST_TEXTS = 1_000;
    private static final char REPLACEMENT = '\uFFFD';

    enum Kind {
        TEXT,
        WHOLE,
        NUMBER,
        FLAG,
        TIME,
        TEXTS,
        TEXT_BY_NAME
    }

    record Field(String name, Kind kind) {}

    static Shape of(Field... fields) {
        return new Shape(List.of(fields));
    }

    static Field text(String name) {
        return new Field(name, Kind.TEXT);
    }

    static Field whole(String name) {
        return new Field(name, Kind.WHOLE);
    }

    static Field number(String name) {
        return new Field(name, Kind.NUMBER);
    }

    static Field flag(String name) {
        return new Field(name, Kind.FLAG);
    }

    static Field time(String name) {
        return new Field(name, Kind.TIME);
    }

    static Field texts(String name) {
        return new Field(name, Kind.TEXTS);
    }

    static Field textByName(String name) {
        return new Field(name, Kind.TEXT_BY_NAME);
    }

    /// The row with exactly these fields; null where it says nothing of one.
    Map<String, @Nullable Object> read(JsonNode row) {
        var values = new LinkedHashMap<String, @Nullable Object>();
        for (var field : fields) {
            values.put(field.name(), value(field.kind(), row.path(field.name())));
        }
        return values;
    }

    /// The same values in the contract's order, which the database does not keep.
    Map<String, @Nullable Object> inOrder(Map<String, @Nullable Object> stored) {
        var values = new LinkedHashMap<String, @Nullable Object>();
        for (var field : fields) {
            values.put(field.name(), stored.get(field.name()));
        }
        return values;
    }

    private static @Nullable Object value(Kind kind, JsonNode value) {
        return switch (kind) {
            case TEXT -> value.isString() ? storable(value.stringValue()) : null;
            case WHOLE -> value.isIntegralNumber() && value.canConvertToLong() ? value.longValue() : null;
            case NUMBER -> value.isNumber() && Double.isFinite(value.doubleValue()) ? value.doubleValue() : null;
            case FLAG -> value.isBoolean() ? value.booleanValue() : null;
            case TIME -> value.isString() ? time(value) : null;
            case TEXTS -> value.isArray() ? textsIn(value) : List.of();
            case TEXT_BY_NAME -> value.isObject() ? textsByName(value) : Map.of();
        };
    }

    private static @Nullable String time(JsonNode value) {
        try {
            return Instant.parse(value.stringValue()).toString();
        } catch (DateTimeException malformed) {
            return null;
        }
    }

    private static List<String> textsIn(JsonNode values) {
        var texts = new ArrayList<String>();
        for (var value : values) {
            if (value.isValueNode() && !value.isNull() && texts.size() < MOST_TEXTS) {
                texts.add(storable(value.asString()));
            }
        }
        return texts;
    }

    private static Map<String, String> textsByName(JsonNode values) {
        var texts = new TreeMap<String, String>();
        for (var entry : values.properties()) {
            if (entry.getValue().isValueNode() && !entry.getValue().isNull() && texts.size() < MOST_TEXTS) {
                texts.put(storable(entry.getKey()), storable(entry.getValue().asString()));
            }
        }
        return texts;
    }

    /// The text with the replacement character where it holds what PostgreSQL or UTF-8 cannot.
    private static String storable(String text) {
        StringBuilder repaired = null;
        for (var i = 0; i < text.length(); i++) {
            var one = text.charAt(i);
            if (Character.isHighSurrogate(one)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (one == 0 || Character.isSurrogate(one)) {
                if (repaired == null) {
                    repaired = new StringBuilder(text);
                }
                repaired.setCharAt(i, REPLACEMENT);
            }
        }
        return repaired == null ? text : repaired.toString();
    }
}
