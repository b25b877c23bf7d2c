package io.wardroom.agent.json;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The fields of one JSON object, in the order in which they were named; an absent value is written as `null`.
public final class Fields {
    private final Map<String, @Nullable Object> values = new LinkedHashMap<>();

    /// @param value text, number, boolean, a list or map of these, other `Fields`, or null
    public Fields with(String name, @Nullable Object value) {
        values.put(name, value);
        return this;
    }

    Map<String, @Nullable Object> values() {
        return values;
    }
}
