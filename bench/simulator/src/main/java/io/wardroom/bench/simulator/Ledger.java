package io.wardroom.bench.simulator;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What was sent in the name of one agent, and what came of it. For any thread.
final class Ledger {
    private final String agent;
    private final Map<UUID, Long> acknowledgedBatches = new HashMap<>();
    private final Map<Long, Long> acknowledged = new HashMap<>();
    private final Set<Long> refused = new HashSet<>();
    private final Map<Long, Long> unanswered = new HashMap<>();
    private final Map<String, Told> sections = new HashMap<>();
    private final Set<String> undecided = new HashSet<>();

    Ledger(String agent) {
        this.agent = agent;
    }

    /// The values of one moment, epoch milliseconds, all in one number ([SeriesName#fingerprint]).
    record Moment(long at, long values) {}

    /// A section as it was told.
    record Told(Belongings belongings, String section, int generation, Instant observedAt) {}

    /// A batch. Its items are its moments, a heartbeat, and the sections it tells, in this order.
    record Sent(UUID batch, List<Moment> moments, List<Told> told) {
        Sent {
            moments = List.copyOf(moments);
            told = List.copyOf(told);
        }

        int items() {
            return moments.size() + 1 + told.size();
        }
    }

    String agent() {
        return agent;
    }

    /// @param rejected items of it that were not taken, by their place
    synchronized void acknowledged(Sent sent, Set<Integer> rejected) {
        var taken = new ArrayList<Moment>();
        for (var i = 0; i < sent.moments().size(); i++) {
            if (rejected.contains(i)) {
                refused.add(sent.moments().get(i).at());
            } else {
                taken.add(sent.moments().get(i));
            }
        }
        if (!taken.isEmpty()) {
            acknowledgedBatches.put(sent.batch(), taken.getFirst().at());
        }
        taken.forEach(moment -> acknowledged.put(moment.at(), moment.values()));
        for (var i = 0; i < sent.told().size(); i++) {
            var told = sent.told().get(i);
            if (!rejected.contains(sent.moments().size() + 1 + i)) {
                sections.merge(
                        told.section(),
                        told,
                        (before, now) -> now.observedAt().isAfter(before.observedAt()) ? now : before);
            }
        }
    }

    synchronized void refused(Sent sent) {
        sent.moments().forEach(moment -> refused.add(moment.at()));
    }

    /// It may have arrived or not.
    synchronized void unanswered(Sent sent) {
        sent.moments().forEach(moment -> unanswered.put(moment.at(), moment.values()));
        sent.told().forEach(told -> undecided.add(told.section()));
    }

    /// By id, each with a moment of it.
    synchronized Map<UUID, Long> acknowledgedBatches() {
        return Map.copyOf(acknowledgedBatches);
    }

    synchronized Map<Long, Long> acknowledged() {
        return Map.copyOf(acknowledged);
    }

    synchronized Set<Long> refused() {
        return Set.copyOf(refused);
    }

    synchronized Map<Long, Long> unanswered() {
        return Map.copyOf(unanswered);
    }

    /// The newest of each section that is known to have arrived, but for sections of which a newer one may have, too.
    synchronized List<Told> newestSections() {
        return sections.values().stream()
                .filter(told -> !undecided.contains(told.section()))
                .toList();
    }

    synchronized @Nullable Long first() {
        return acknowledged.keySet().stream().min(Long::compare).orElse(null);
    }

    synchronized @Nullable Long last() {
        return acknowledged.keySet().stream().max(Long::compare).orElse(null);
    }
}
