package io.wardroom.local;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A line of a log as a person reads it: the services write JSON, of which the level and the message matter here.
final class LogLine {
    private static final int LONGEST = 500;
    private static final int MOST_LINES = 20;

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
        if (!(fields.get("message") instanceof String message) || message.isBlank()) {
            return List.of(cut(line));
        }
        var told = new ArrayList<>(message.strip().lines().toList());
        if (fields.get("stack_trace") instanceof String trace) {
            // the frames tell a person at the terminal nothing, the causes all
            trace.lines().filter(part -> !part.startsWith("\t")).forEach(told::add);
        }
        told.set(0, fields.get("level") + " " + told.getFirst());
        return told.stream()
                .filter(part -> !part.isBlank())
                .limit(MOST_LINES)
                .map(LogLine::cut)
                .toList();
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    }
}
