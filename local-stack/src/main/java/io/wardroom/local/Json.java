package io.wardroom.local;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// JSON without a library, since this jar stands on other modules' test class paths alone.
/// Objects are maps, arrays lists, numbers doubles or longs, the rest what Java calls it.
final class Json {
    private static final int DEEPEST = 64;

    private final String text;
    private int at;
    private int depth;

    private Json(String text) {
        this.text = text;
    }

    /// @throws IllegalArgumentException if the text is no JSON
    static @Nullable Object parse(String text) {
        var json = new Json(text);
        var value = json.value();
        json.blank();
        if (json.at != text.length()) {
            throw json.wrong("the end");
        }
        return value;
    }

    static Map<String, @Nullable Object> object(String text) {
        return asObject(parse(text));
    }

    @SuppressWarnings("unchecked")
    static Map<String, @Nullable Object> asObject(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, @Nullable Object>) map;
        }
        throw new IllegalArgumentException("not a JSON object");
    }

    static List<Map<String, @Nullable Object>> objects(String text) {
        if (parse(text) instanceof List<?> list) {
            return list.stream().map(Json::asObject).toList();
        }
        throw new IllegalArgumentException("not a JSON array");
    }

    /// @throws IllegalArgumentException if there is no text of that name
    static String string(Map<String, @Nullable Object> object, String name) {
        if (object.get(name) instanceof String value) {
            return value;
        }
        throw new IllegalArgumentException("no text \"%s\" among %s".formatted(name, object.keySet()));
    }

    static String write(@Nullable Object value) {
        var out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(@Nullable Object value, StringBuilder out) {
        switch (value) {
            case null -> out.append("null");
            case Map<?, ?> map -> {
                var separator = "{";
                for (var entry : map.entrySet()) {
                    out.append(separator);
                    quote(String.valueOf(entry.getKey()), out);
                    out.append(':');
                    write(entry.getValue(), out);
                    separator = ",";
                }
                out.append(map.isEmpty() ? "{}" : "}");
            }
            case Iterable<?> list -> {
                out.append('[');
                var separator = "";
                for (var each : list) {
                    out.append(separator);
                    write(each, out);
                    separator = ",";
                }
                out.append(']');
            }
            case Number number -> out.append(number);
            case Boolean truth -> out.append(truth);
            default -> quote(value.toString(), out);
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private @Nullable Object value() {
        blank();
        if (at >= text.length()) {
            throw wrong("a value");
        }
        return switch (text.charAt(at)) {
            case '{' -> nested(this::members);
            case '[' -> nested(this::elements);
            case '"' -> quoted();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Object nested(java.util.function.Supplier<Object> content) {
        if (++depth > DEEPEST) {
            throw wrong("fewer levels");
        }
        at++;
        var value = content.get();
        depth--;
        return value;
    }

    private Object members() {
        var members = new LinkedHashMap<String, @Nullable Object>();
        if (taken('}')) {
            return members;
        }
        do {
            blank();
            var name = quoted();
            demand(':');
            members.put(name, value());
        } while (taken(','));
        demand('}');
        return members;
    }

    private Object elements() {
        var elements = new ArrayList<@Nullable Object>();
        if (taken(']')) {
            return elements;
        }
        do {
            elements.add(value());
        } while (taken(','));
        demand(']');
        return elements;
    }

    private String quoted() {
        if (at >= text.length() || text.charAt(at) != '"') {
            throw wrong("a quote");
        }
        at++;
        var out = new StringBuilder();
        while (at < text.length()) {
            var c = text.charAt(at++);
            if (c == '"') {
                return out.toString();
            }
            if (c != '\\') {
                out.append(c);
                continue;
            }
            if (at >= text.length()) {
                break;
            }
            var escaped = text.charAt(at++);
            switch (escaped) {
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 't' -> out.append('\t');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'u' -> {
                    if (at + 4 > text.length()) {
                        throw wrong("four digits");
                    }
                    out.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                    at += 4;
                }
                default -> out.append(escaped);
            }
        }
        throw wrong("a closing quote");
    }

    private @Nullable Object word(String word, @Nullable Object meaning) {
        if (!text.startsWith(word, at)) {
            throw wrong(word);
        }
        at += word.length();
        return meaning;
    }

    private Object number() {
        var start = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        var digits = text.substring(start, at);
        if (digits.isEmpty()) {
            throw wrong("a value");
        }
        return digits.matches("-?\\d{1,18}") ? (Object) Long.valueOf(digits) : (Object) Double.valueOf(digits);
    }

    private void blank() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean taken(char c) {
        blank();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void demand(char c) {
        if (!taken(c)) {
            throw wrong("'" + c + "'");
        }
    }

    private IllegalArgumentException wrong(String expected) {
        return new IllegalArgumentException("%s expected at character %d of the JSON".formatted(expected, at));
    }
}
