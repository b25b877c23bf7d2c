package io.wardroom.local;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// JSON as maps and lists; whole numbers are longs.
final class Json {
    private static final TypeReference<Map<String, @Nullable Object>> OBJECT = new TypeReference<>() {};
    private static final TypeReference<List<Map<String, @Nullable Object>>> OBJECTS = new TypeReference<>() {};
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_LONG_FOR_INTS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    /// @throws IllegalArgumentException if it is no JSON object
    static Map<String, @Nullable Object> object(String text) {
        return read(text, OBJECT);
    }

    /// The members of a value that is known to be an object.
    static Map<String, @Nullable Object> asObject(@Nullable Object value) {
        return MAPPER.convertValue(value, OBJECT);
    }

    /// @throws IllegalArgumentException if it is no JSON array of objects
    static List<Map<String, @Nullable Object>> objects(String text) {
        return read(text, OBJECTS);
    }

    /// @throws IllegalArgumentException if the object has no such text
    static String string(Map<String, @Nullable Object> object, String name) {
        if (object.get(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("no text \"%s\" in %s".formatted(name, object.keySet()));
    }

    static String write(@Nullable Object value) {
        return MAPPER.writeValueAsString(value);
    }

    private static <T> T read(String text, TypeReference<T> type) {
        try {
            return MAPPER.readValue(text, type);
        } catch (JacksonException wrong) {
            throw new IllegalArgumentException(wrong.getOriginalMessage(), wrong);
        }
    }
}
