package io.wardroom.local;

import java.util.List;
import java.util.Map;

/// A line of a log as a person reads it: the services write JSON, of which the level and the message matter here.
final class LogLine {
    private static final int LONGEST = 500;

    private LogLine() {}

    /// One or more lines; text that is not JSON stays as it is, but for its length.
    static List<String> readable(String line) {
        return line.startsWith("{") ? ofJson(line) : List.of(cut(line));
    }

    private static List<String> ofJson(String line) {
        Map<String, ?> fields;
        try {
            fields = Json.object(line);
        } catch (IllegalArgumentException tornOrOther) {
            return List.of(cut(line));
        }
        if (!(fields.get("message") instanceof String message)) {
            return List.of(cut(line));
        }
        var cause = fields.get("stack_trace") instanceof String trace ? "\n" + trace : "";
        return (fields.get("level") + " " + message.strip() + cause)
                .lines()
                .filter(part -> !part.isBlank())
                .limit(20)
                .map(LogLine::cut)
                .toList();
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    }
}
