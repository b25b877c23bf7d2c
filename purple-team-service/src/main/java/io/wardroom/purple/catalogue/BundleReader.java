package io.wardroom.purple.catalogue;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// Reads a STIX 2.0 or 2.1 bundle object by object, whatever their order; only one is in memory at a time, and of that
/// only what is looked at.
final class BundleReader {
    private static final int LONGEST_TEXT = 1 << 20;
    private static final int LONGEST_FIELD_NAME = 1_000;
    private static final int LONGEST_ID = 200;
    private static final int DEEPEST = 30;
    private static final int MOST_OBJECTS = 200_000;
    private static final int MOST_VALUES_AN_OBJECT = 50_000;
    private static final int MOST_CHARACTERS_AN_OBJECT = 4 << 20;

    private static final Set<String> LOOKED_AT = Set.of(
            "type",
            "id",
            "spec_version",
            "name",
            "description",
            "modified",
            "revoked",
            "x_mitre_deprecated",
            "external_references",
            "kill_chain_phases",
            "aliases",
            "first_seen",
            "last_seen",
            "tactic_refs",
            "relationship_type",
            "source_ref",
            "target_ref",
            "x_mitre_aliases",
            "x_mitre_analytic_refs",
            "x_mitre_data_source_ref",
            "x_mitre_detection",
            "x_mitre_is_subtechnique",
            "x_mitre_log_source_references",
            "x_mitre_log_sources",
            "x_mitre_mutable_elements",
            "x_mitre_platforms",
            "x_mitre_shortname",
            "x_mitre_version");

    private final JsonParser parser;
    private final Consumer<StixObject> sink;
    private final Set<String> seen = new HashSet<>();
    private String stix = "";
    private int values;
    private long characters;

    private BundleReader(JsonParser parser, Consumer<StixObject> sink) {
        this.parser = parser;
        this.sink = sink;
    }

    /// @param mostBytes of the bundle, unpacked
    /// @return the version of STIX it is written in
    /// @throws BrokenBundle where it cannot be read
    static String read(InputStream bundle, long mostBytes, Consumer<StixObject> sink) throws IOException {
        var constraints = StreamReadConstraints.builder()
                .maxStringLength(LONGEST_TEXT)
                .maxNameLength(LONGEST_FIELD_NAME)
                .maxNestingDepth(DEEPEST)
                .maxDocumentLength(mostBytes)
                .build();
        var factory = JsonFactory.builder().streamReadConstraints(constraints).build();
        try (var parser = factory.createParser(ObjectReadContext.empty(), bundle)) {
            var reader = new BundleReader(parser, sink);
            try {
                return reader.bundle();
            } catch (JacksonException malformed) {
                if (malformed.getCause() instanceof IOException away) {
                    throw new BrokenBundle(reader.where() + ": " + away.getMessage());
                }
                throw new BrokenBundle(reader.where() + ": " + plain(malformed.getOriginalMessage()));
            }
        }
    }

    /// Without what Jackson adds of its own inside.
    private static String plain(String message) {
        var at = message.indexOf(" (start marker");
        return at < 0 ? message : message.substring(0, at);
    }

    private String bundle() {
        expect(parser.nextToken(), JsonToken.START_OBJECT, "a bundle is an object");
        var type = "";
        var objects = false;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "type" -> type = text();
                case "spec_version" -> stix = text();
                case "objects" -> {
                    objects();
                    objects = true;
                }
                default -> parser.skipChildren();
            }
        }
        if (parser.nextToken() != null) {
            throw broken("something follows the bundle");
        }
        if (!type.equals("bundle") || !objects) {
            throw broken("this is no STIX bundle");
        }
        if (!stix.equals("2.0") && !stix.equals("2.1")) {
            throw broken("this is STIX %s, and not 2.0 or 2.1".formatted(stix.isEmpty() ? "of no version" : stix));
        }
        return stix;
    }

    private void objects() {
        expect(parser.currentToken(), JsonToken.START_ARRAY, "objects is an array");
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken(), JsonToken.START_OBJECT, "objects holds objects alone");
            object();
        }
    }

    private void object() {
        var where = where();
        values = 0;
        characters = 0;
        var fields = new HashMap<String, Object>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            var field = parser.currentName();
            parser.nextToken();
            if (LOOKED_AT.contains(field)) {
                var value = value();
                if (value != null) {
                    fields.put(field, value);
                }
            } else {
                parser.skipChildren();
            }
        }
        if (!(fields.get("type") instanceof String type) || !(fields.get("id") instanceof String id)) {
            throw new BrokenBundle(where + ": an object without a type or an id");
        }
        var object = new StixObject(type, id, fields, where);
        if (id.length() > LONGEST_ID || !id.startsWith(type + "--")) {
            throw object.broken("the id is not that of a " + type);
        }
        if (!seen.add(id)) {
            throw object.broken("the id stands there twice");
        }
        if (seen.size() > MOST_OBJECTS) {
            throw object.broken("there are more than %d objects".formatted(MOST_OBJECTS));
        }
        if (stix.isEmpty() && fields.get("spec_version") instanceof String version) {
            stix = version;
        }
        sink.accept(object);
    }

    private @Nullable Object value() {
        if (++values > MOST_VALUES_AN_OBJECT) {
            throw broken("the object is too large");
        }
        return switch (parser.currentToken()) {
            case VALUE_STRING -> text();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
            case START_ARRAY -> array();
            case START_OBJECT -> nested();
            case null, default -> null;
        };
    }

    private List<Object> array() {
        var list = new ArrayList<Object>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            var value = value();
            if (value != null) {
                list.add(value);
            }
        }
        return list;
    }

    private Map<String, Object> nested() {
        var map = new HashMap<String, Object>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            var field = parser.currentName();
            parser.nextToken();
            var value = value();
            if (value != null) {
                map.put(field, value);
            }
        }
        return map;
    }

    private String text() {
        expect(parser.currentToken(), JsonToken.VALUE_STRING, "a text is expected");
        var text = parser.getString();
        characters += text.length();
        if (characters > MOST_CHARACTERS_AN_OBJECT) {
            throw broken("the object is too large");
        }
        for (var at = 0; at < text.length(); at++) {
            var one = text.charAt(at);
            if (Character.isHighSurrogate(one)
                    && at + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(at + 1))) {
                at++;
            } else if (one == 0 || Character.isSurrogate(one)) {
                throw broken("a text holds NUL or half a character");
            }
        }
        return text;
    }

    private void expect(@Nullable JsonToken token, JsonToken expected, String otherwise) {
        if (token != expected) {
            throw broken(otherwise);
        }
    }

    private BrokenBundle broken(String what) {
        return new BrokenBundle(where() + ": " + what);
    }

    private String where() {
        var at = parser.currentLocation();
        return "line %d, column %d, byte %d".formatted(at.getLineNr(), at.getColumnNr(), at.getByteOffset());
    }
}
