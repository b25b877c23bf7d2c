package io.wardroom.purple.intel;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// Reads a JSON object that holds one long array of flat objects, one of them at a time.
final class JsonRows {
    private static final int LONGEST_TEXT = 1 << 17;
    private static final int DEEPEST = 20;

    private JsonRows() {}

    /// One object of the array.
    ///
    /// @param fields its texts, of those that are looked at
    /// @param where  its place in the file, for a person
    record Row(Map<String, String> fields, String where) {
        String text(String field) throws BrokenFeed {
            var value = fields.getOrDefault(field, "");
            if (value.isBlank()) {
                throw broken(field + " is missing");
            }
            return value;
        }

        BrokenFeed broken(String what) {
            return BrokenFeed.unreadable(where + ": " + what);
        }
    }

    @FunctionalInterface
    interface Sink {
        void take(Row row) throws BrokenFeed;
    }

    /// @param array    the array's name
    /// @param lookedAt which fields of its objects are texts that are kept
    /// @return the numbers and texts beside the array
    static Map<String, String> read(InputStream file, String array, Set<String> lookedAt, int most, Sink sink)
            throws BrokenFeed {
        var constraints = StreamReadConstraints.builder()
                .maxStringLength(LONGEST_TEXT)
                .maxNestingDepth(DEEPEST)
                .build();
        var factory = JsonFactory.builder().streamReadConstraints(constraints).build();
        try (var parser = factory.createParser(ObjectReadContext.empty(), file)) {
            try {
                return read(parser, array, lookedAt, most, sink);
            } catch (JacksonException malformed) {
                var why = malformed.getCause() instanceof IOException cut
                        ? String.valueOf(cut.getMessage())
                        : plain(malformed.getOriginalMessage());
                throw BrokenFeed.unreadable(where(parser) + ": " + why);
            }
        }
    }

    /// Without what Jackson adds of its own inside.
    private static String plain(String message) {
        var at = message.indexOf(" (start marker");
        return at < 0 ? message : message.substring(0, at);
    }

    private static Map<String, String> read(JsonParser parser, String array, Set<String> lookedAt, int most, Sink sink)
            throws BrokenFeed {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw BrokenFeed.unreadable(where(parser) + ": the file is an object");
        }
        var beside = new HashMap<String, String>();
        var rows = -1;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var field = parser.currentName();
            var token = parser.nextToken();
            if (field.equals(array) && rows < 0) {
                rows = rows(parser, array, lookedAt, most, sink);
            } else if (token.isScalarValue()) {
                beside.put(field, storable(parser));
            } else {
                parser.skipChildren();
            }
        }
        if (parser.nextToken() != null) {
            throw BrokenFeed.unreadable(where(parser) + ": something follows the object");
        }
        if (rows < 0) {
            throw BrokenFeed.unreadable(where(parser) + ": there is no array " + array);
        }
        return beside;
    }

    private static int rows(JsonParser parser, String array, Set<String> lookedAt, int most, Sink sink)
            throws BrokenFeed {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw BrokenFeed.unreadable(where(parser) + ": " + array + " is an array");
        }
        var count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            var where = where(parser);
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw BrokenFeed.unreadable(where + ": " + array + " holds objects alone");
            }
            if (++count > most) {
                throw BrokenFeed.unreadable(where + ": there are more than " + most + " entries");
            }
            sink.take(new Row(row(parser, lookedAt), where));
        }
        return count;
    }

    private static Map<String, String> row(JsonParser parser, Set<String> lookedAt) throws BrokenFeed {
        var fields = new HashMap<String, String>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            var field = parser.currentName();
            var token = parser.nextToken();
            if (!lookedAt.contains(field) || token == JsonToken.VALUE_NULL) {
                parser.skipChildren();
            } else if (token == JsonToken.VALUE_STRING) {
                fields.put(field, storable(parser));
            } else {
                throw BrokenFeed.unreadable(where(parser) + ": " + field + " is no text");
            }
        }
        return fields;
    }

    private static String storable(JsonParser parser) throws BrokenFeed {
        var text = parser.getString();
        if (!Entry.isStorable(text)) {
            throw BrokenFeed.unreadable(where(parser) + ": a text holds NUL or half a character");
        }
        return text;
    }

    private static String where(JsonParser parser) {
        var at = parser.currentLocation();
        return "line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
    }
}
