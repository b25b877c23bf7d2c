package io.wardroom.local;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/// Says what has come up and how long it took, one line a component.
final class Progress {
    private final PrintStream out;

    Progress(PrintStream out) {
        this.out = out;
    }

    synchronized void up(String component, String where, long sinceNanos) {
        out.printf(Locale.ROOT, "  %-26s up   %6s   %s%n", component, seconds(sinceNanos), where);
        out.flush();
    }

    synchronized void done(String work, long sinceNanos) {
        out.printf(Locale.ROOT, "  %-26s done %6s%n", work, seconds(sinceNanos));
        out.flush();
    }

    synchronized void say(String line) {
        out.println(line);
        out.flush();
    }

    static String seconds(long sinceNanos) {
        var taken = Duration.ofNanos(System.nanoTime() - sinceNanos);
        return String.format(Locale.ROOT, "%.1f s", taken.toMillis() / 1000.0);
    }
}
