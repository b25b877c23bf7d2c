package io.wardroom.agent.json;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.core.util.DefaultPrettyPrinter;

/// JSON by Jackson's token stream: no data binding, which would double the agent's memory.
public final class Json {
    private static final int MAX_DEPTH = 40;
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(8 << 20)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // a file's bytes may decode to half a surrogate pair; the hub must get valid UTF-8 all the same
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    private Json() {}

    /// Writes part of a JSON text.
    @FunctionalInterface
    public interface Part {
        void write(JsonGenerator out);
    }

    public static byte[] bytes(Part part) {
        var bytes = new ByteArrayOutputStream(1024);
        write(bytes, ObjectWriteContext.empty(), part);
        return bytes.toByteArray();
    }

    public static byte[] bytes(Fields fields) {
        return bytes(out -> write(out, fields));
    }

    /// The same for a person's eyes.
    public static void pretty(OutputStream to, byte[] json) throws JsonProblem {
        var printing = new ObjectWriteContext.Base() {
            @Override
            public PrettyPrinter getPrettyPrinter() {
                return new DefaultPrettyPrinter();
            }
        };
        try (var parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            write(to, printing, out -> {
                while (parser.nextToken() != null) {
                    out.copyCurrentEvent(parser);
                }
            });
        } catch (JacksonException broken) {
            throw new JsonProblem("not JSON", broken);
        }
    }

    private static void write(OutputStream to, ObjectWriteContext context, Part part) {
        try (var out = FACTORY.createGenerator(context, to)) {
            part.write(out);
        }
    }

    public static void write(JsonGenerator out, @Nullable Object value) {
        switch (value) {
            case null -> out.writeNull();
            case String text -> out.writeString(wellFormed(text));
            case Boolean truth -> out.writeBoolean(truth);
            case Integer number -> out.writeNumber(number);
            case Long number -> out.writeNumber(number);
            case BigDecimal number -> out.writeNumber(number.toPlainString());
            case Instant moment -> out.writeString(moment.toString());
            case Optional<?> maybe -> write(out, maybe.isPresent() ? maybe.get() : null);
            case Fields fields -> writeObject(out, fields.values());
            case Map<?, ?> map -> writeObject(out, map);
            case Iterable<?> list -> {
                out.writeStartArray();
                for (var item : list) {
                    write(out, item);
                }
                out.writeEndArray();
            }
            default -> throw new IllegalArgumentException("no JSON form for " + value.getClass());
        }
    }

    private static void writeObject(JsonGenerator out, Map<?, ? extends @Nullable Object> map) {
        out.writeStartObject();
        for (var entry : map.entrySet()) {
            out.writeName(wellFormed(String.valueOf(entry.getKey())));
            write(out, entry.getValue());
        }
        out.writeEndObject();
    }

    /// Half a surrogate pair has no UTF-8 form and would stop the generator.
    private static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return repaired(text);
            }
        }
        return text;
    }

    private static String repaired(String text) {
        var whole = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                .forEach(whole::appendCodePoint);
        return whole.toString();
    }

    /// Reads one JSON value: maps, lists, texts, `Long`, `Double`, `Boolean` or null.
    ///
    /// @throws JsonProblem if the text is no JSON, nested deeper than 40, or goes on after the value
    public static @Nullable Object read(byte[] json) throws JsonProblem {
        try (var parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            parser.nextToken();
            var value = readValue(parser);
            if (parser.nextToken() != null) {
                throw new JsonProblem("text after the JSON value", new IllegalArgumentException("trailing text"));
            }
            return value;
        } catch (JacksonException broken) {
            throw new JsonProblem("not JSON", broken);
        }
    }

    /// Like [#read], for a text that must hold an object; anything else is an empty one.
    public static Map<String, @Nullable Object> readObject(byte[] json) throws JsonProblem {
        return asObject(read(json));
    }

    public static Map<String, @Nullable Object> asObject(@Nullable Object value) {
        var object = new LinkedHashMap<String, @Nullable Object>();
        if (value instanceof Map<?, ?> map) {
            for (var entry : map.entrySet()) {
                object.put(String.valueOf(entry.getKey()), entry.getValue());
            }
        }
        return object;
    }

    public static List<@Nullable Object> asList(@Nullable Object value) {
        return value instanceof List<?> list ? new ArrayList<>(list) : List.of();
    }

    public static Optional<String> text(Map<String, @Nullable Object> object, String name) {
        return object.get(name) instanceof String text && !text.isEmpty() ? Optional.of(text) : Optional.empty();
    }

    public static Optional<Long> whole(Map<String, @Nullable Object> object, String name) {
        return switch (object.get(name)) {
            case Long number -> Optional.of(number);
            case Double number when !number.isNaN() && !number.isInfinite() -> Optional.of((long) Math.ceil(number));
            case null, default -> Optional.empty();
        };
    }

    private static @Nullable Object readValue(JsonParser parser) {
        var token = parser.currentToken();
        if (token == null) {
            return null;
        }
        return switch (token) {
            case START_OBJECT -> {
                var object = new LinkedHashMap<String, @Nullable Object>();
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    var name = parser.currentName();
                    parser.nextToken();
                    object.put(name, readValue(parser));
                }
                yield object;
            }
            case START_ARRAY -> {
                var list = new ArrayList<@Nullable Object>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(readValue(parser));
                }
                yield list;
            }
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT ->
                switch (parser.getNumberType()) {
                    case INT, LONG -> parser.getLongValue();
                    default -> parser.getDoubleValue();
                };
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }
}
