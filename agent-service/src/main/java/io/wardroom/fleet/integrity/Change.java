package io.wardroom.fleet.integrity;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What some batches change of one start of an agent.
final class Change {
    private final Start start;
    private final boolean isNew;
    private final List<Long> seqs = new ArrayList<>();
    private final Set<String> versions = new HashSet<>();
    private Trace trace;
    private boolean disordered;

    Change(Start start, boolean isNew, Trace trace) {
        this.start = start;
        this.isNew = isNew;
        this.trace = trace;
    }

    void take(Arrival arrival, @Nullable Trace before, Trace after) {
        trace = after;
        if (arrival.seq() > 0) {
            seqs.add(arrival.seq());
            // a start's first number is what it counts from
            disordered |= before != null && before.nextSeq() > 1 && arrival.seq() != before.nextSeq();
        }
        var version = after.version();
        if (version != null && (before == null || !version.equals(before.version()))) {
            versions.add(version);
        }
    }

    Start start() {
        return start;
    }

    Trace trace() {
        return trace;
    }

    /// Whether nothing was known of this start before.
    boolean isNew() {
        return isNew;
    }

    List<Long> seqs() {
        return seqs;
    }

    /// Whether some number did not follow upon the one before it.
    boolean isDisordered() {
        return disordered;
    }

    /// Those that it was not seen with just before.
    Set<String> versions() {
        return versions;
    }
}
