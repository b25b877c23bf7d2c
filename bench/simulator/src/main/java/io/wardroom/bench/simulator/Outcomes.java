package io.wardroom.bench.simulator;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/// What came of all batches of a run, counted. For any thread.
final class Outcomes {
    final LongAdder sent = new LongAdder();
    final AtomicLong acknowledged = new AtomicLong();
    final LongAdder duplicates = new LongAdder();
    final LongAdder items = new LongAdder();
    final LongAdder unanswered = new LongAdder();
    private final Map<String, LongAdder> refused = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> triedAgain = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> rejectedItems = new ConcurrentSkipListMap<>();

    void refused(String what) {
        count(refused, what);
    }

    void triedAgain(String what) {
        count(triedAgain, what);
    }

    void rejectedItem(String code) {
        count(rejectedItems, code);
    }

    private static void count(Map<String, LongAdder> counts, String what) {
        counts.computeIfAbsent(what, _ -> new LongAdder()).increment();
    }

    void print() {
        System.out.printf("sent %d batches%n", sent.sum());
        System.out.printf(
                "acknowledged %d batches, %d of them when they were repeated; %d items%n",
                acknowledged.get(), duplicates.sum(), items.sum());
        System.out.printf("items rejected: %s%n", told(rejectedItems));
        System.out.printf("batches refused: %s%n", told(refused));
        System.out.printf("tried again: %s%n", told(triedAgain));
        System.out.printf("without an answer in the end: %d batches%n", unanswered.sum());
    }

    private static String told(Map<String, LongAdder> counts) {
        return counts.isEmpty()
                ? "none"
                : counts.entrySet().stream()
                        .map(count -> count.getKey() + " " + count.getValue())
                        .collect(Collectors.joining(", "));
    }
}
