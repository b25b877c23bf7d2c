package io.wardroom.fleet.integrity;

import io.wardroom.fleet.integrity.Arrival.CpuPoint;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is remembered of the batches of one start of an agent: enough to judge it, and never more.
///
/// @param firstReceivedAt epoch milliseconds, as all its times
/// @param lastSentAt      the agent's clock
/// @param nextSeq         one more than the greatest number that came
/// @param captured        the newest moments that were measured, ascending
/// @param drifts          the hub's clock less the agent's, at the newest batches that came as they were made
/// @param cpu             how busy the machine was, by ten minutes since 1970
record Trace(
        String instance,
        long firstReceivedAt,
        long lastReceivedAt,
        long lastSentAt,
        @Nullable String version,
        long nextSeq,
        List<Long> captured,
        List<Long> drifts,
        TreeMap<Long, Moments> cpu) {
    static final int DRIFTS = 20;
    static final int GAPS = 20;
    static final long SLOT_MILLIS = 600_000;
    static final int SLOTS = 6;

    private static final long PUNCTUAL_MILLIS = 5_000;

    Trace {
        captured = List.copyOf(captured);
        drifts = List.copyOf(drifts);
    }

    /// Count, sum and sum of squares of what was measured in ten minutes.
    record Moments(int count, double sum, double squares) {
        static final Moments NONE = new Moments(0, 0, 0);

        Moments plus(double value) {
            return new Moments(count + 1, sum + value, squares + value * value);
        }

        Moments plus(Moments other) {
            return new Moments(count + other.count, sum + other.sum, squares + other.squares);
        }

        double deviation() {
            var mean = sum / count;
            return Math.sqrt(Math.max(0, squares / count - mean * mean));
        }
    }

    static Trace begin(Arrival first) {
        return new Trace(
                        first.instance(),
                        first.receivedAt(),
                        first.receivedAt(),
                        first.sentAt(),
                        first.version(),
                        first.seq() + 1,
                        List.of(),
                        List.of(),
                        new TreeMap<>())
                .measured(first);
    }

    /// Whether this batch came behind all that came before it. What comes once more tells nothing new.
    boolean isBehind(Arrival next) {
        return next.receivedAt() > lastReceivedAt;
    }

    Trace with(Arrival next) {
        if (!isBehind(next)) {
            return new Trace(
                    instance,
                    firstReceivedAt,
                    lastReceivedAt,
                    lastSentAt,
                    version,
                    Math.max(nextSeq, next.seq() + 1),
                    captured,
                    drifts,
                    cpu);
        }
        var all = new ArrayList<>(drifts);
        if (cameAsMade(next)) {
            all.add(next.receivedAt() - next.sentAt());
        }
        var wasSetBack = wasSetBack(next);
        return new Trace(
                        instance,
                        firstReceivedAt,
                        next.receivedAt(),
                        next.sentAt(),
                        next.version() == null ? version : next.version(),
                        Math.max(nextSeq, next.seq() + 1),
                        wasSetBack ? List.of() : captured,
                        last(all, DRIFTS),
                        wasSetBack ? new TreeMap<>() : cpu)
                .measured(next);
    }

    /// A batch out of a backlog comes faster upon the one before it than it was made: how late it is says nothing of
    /// the agent's clock.
    private boolean cameAsMade(Arrival next) {
        var made = next.sentAt() - lastSentAt;
        var came = next.receivedAt() - lastReceivedAt;
        return made > 0 && Math.abs(came - made) <= Math.min(PUNCTUAL_MILLIS, made / 2);
    }

    /// Agents send in the order of their measuring: an earlier moment in a later batch comes from a clock that was put
    /// right. What it showed before would hide all that comes now.
    private boolean wasSetBack(Arrival next) {
        return !captured.isEmpty()
                && !next.captured().isEmpty()
                && (next.seq() == 0 || next.seq() >= nextSeq)
                && next.captured().getLast() < captured.getLast();
    }

    private Trace measured(Arrival batch) {
        var newest = captured.isEmpty() ? Long.MIN_VALUE : captured.getLast();
        var moments = new ArrayList<>(captured);
        batch.captured().stream().filter(moment -> moment > newest).forEach(moments::add);
        var slots = new TreeMap<>(cpu);
        for (CpuPoint point : batch.cpu()) {
            if (point.at() > newest) {
                slots.merge(Math.floorDiv(point.at(), SLOT_MILLIS), Moments.NONE.plus(point.busy()), Moments::plus);
            }
        }
        while (slots.size() > SLOTS || (!slots.isEmpty() && slots.firstKey() <= slots.lastKey() - SLOTS)) {
            slots.pollFirstEntry();
        }
        return new Trace(
                instance,
                firstReceivedAt,
                lastReceivedAt,
                lastSentAt,
                version,
                nextSeq,
                last(moments, GAPS + 1),
                drifts,
                slots);
    }

    private static List<Long> last(List<Long> all, int most) {
        return all.subList(Math.max(0, all.size() - most), all.size());
    }
}
