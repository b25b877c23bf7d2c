package io.wardroom.audit.verify;

import java.io.PrintStream;
import java.util.SortedMap;
import java.util.TreeMap;

/// What is wrong with the log, told as it is found; the first hundred of each kind in full.
final class Findings {
    private static final int MOST_TOLD = 100;

    private final PrintStream out;
    private final SortedMap<String, Long> counts = new TreeMap<>();

    Findings(PrintStream out) {
        this.out = out;
    }

    /// @param kind one word: changed, removed, reordered, truncated, ...
    void add(String kind, String what) {
        var count = counts.merge(kind, 1L, Long::sum);
        if (count <= MOST_TOLD) {
            out.println(kind + ": " + what);
        } else if (count == MOST_TOLD + 1) {
            out.println(kind + ": more of this kind are counted, not told");
        }
    }

    void note(String what) {
        out.println("note: " + what);
    }

    boolean isEmpty() {
        return counts.isEmpty();
    }

    SortedMap<String, Long> counts() {
        return counts;
    }
}
