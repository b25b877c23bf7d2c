package io.wardroom.agent.log;

import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// One line a fact on standard error. A logging framework would cost more memory than the rest of the agent's
/// classes.
public final class Log {
    private static final int MAX_LINE = 1000;

    private Log() {}

    public static void info(String text) {
        line("INFO", text);
    }

    public static void warn(String text) {
        line("WARN", text);
    }

    public static void error(String text) {
        line("ERROR", text);
    }

    /// What a failure says in one line: its type, its message, and those of its cause.
    public static String reason(Throwable failure) {
        var text = new StringBuilder(failure.getClass().getSimpleName());
        if (failure.getMessage() != null) {
            text.append(": ").append(failure.getMessage());
        }
        var cause = failure.getCause();
        if (cause != null && cause != failure && cause.getMessage() != null) {
            text.append(" (")
                    .append(cause.getClass().getSimpleName())
                    .append(": ")
                    .append(cause.getMessage())
                    .append(')');
        }
        return text.toString();
    }

    private static void line(String level, String text) {
        print(System.err, Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + level + " " + oneLine(text));
    }

    private static void print(PrintStream out, String line) {
        synchronized (Log.class) {
            out.println(line);
        }
    }

    /// Names read from the host may hold line breaks and terminal controls: a log line must not.
    static String oneLine(String text) {
        var line = new StringBuilder(Math.min(text.length(), MAX_LINE));
        for (int i = 0; i < text.length() && i < MAX_LINE; i++) {
            var c = text.charAt(i);
            line.append(Character.isISOControl(c) ? ' ' : c);
        }
        return text.length() > MAX_LINE ? line.append('…').toString() : line.toString();
    }
}
