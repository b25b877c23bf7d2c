package io.wardroom.agent;

import io.wardroom.agent.activity.Activity;
import io.wardroom.agent.activity.ProcessDna;
import io.wardroom.agent.inventory.Inventory;
import io.wardroom.agent.log.Log;
import io.wardroom.agent.metrics.HostMetrics;
import io.wardroom.agent.metrics.Sample;
import io.wardroom.agent.spool.Counters;
import io.wardroom.agent.spool.Spool;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// Everything of one moment, as items.
final class Collection {
    private final HostMetrics metrics;
    private final Activity activity;
    private final Optional<ProcessDna> dna;
    private final Clock clock;
    private String saidLast = "";

    /// @param dna empty: what programs are is not sent
    Collection(HostMetrics metrics, Activity activity, Optional<ProcessDna> dna, Clock clock) {
        this.metrics = metrics;
        this.activity = activity;
        this.dna = dna;
        this.clock = clock;
    }

    /// @param withActivity whether processes and connections belong to this moment
    List<Item> items(Spool.Fill fill, Counters counters, boolean withActivity) {
        var items = new ArrayList<Item>();
        var at = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        items.add(Item.heartbeat(at));
        try {
            var samples = new ArrayList<>(metrics.read());
            samples.addAll(own(fill, counters));
            samples.sort(Sample.ORDER);
            items.add(Item.metrics(at, samples));
            if (withActivity) {
                var processes = activity.processes();
                if (!processes.isEmpty()) {
                    items.add(Item.processes(at, processes));
                }
                dna.map(activity::programs)
                        .ifPresent(programs -> programs.forEach(program -> items.add(Item.program(at, program))));
                items.add(Item.connections(at, activity.connections()));
            }
            saidLast = "";
        } catch (IOException | RuntimeException failed) {
            // the next moment may be read again; the heartbeat tells that the agent lives
            var why = Log.reason(failed);
            if (!why.equals(saidLast)) {
                saidLast = why;
                Log.error("metrics of this moment could not be read: " + why);
            }
        }
        return items;
    }

    /// What the agent says about itself: what was lost on the way, and what waits.
    private static List<Sample> own(Spool.Fill fill, Counters counters) {
        var values = new TreeMap<String, Long>();
        values.put("wardroom.agent.spool.pending_batches", fill.batches());
        values.put("wardroom.agent.spool.bytes", fill.bytes());
        values.put("wardroom.agent.spool.dropped_batches", counters.droppedBatches());
        values.put("wardroom.agent.spool.dropped_items", counters.droppedItems());
        values.put("wardroom.agent.spool.refused_batches", counters.refusedBatches());
        values.put("wardroom.agent.spool.rejected_items", counters.rejectedItems());
        values.put("wardroom.agent.spool.damaged_bytes", counters.damagedBytes());
        return values.entrySet().stream()
                .map(value -> new Sample(value.getKey(), new TreeMap<>(), BigDecimal.valueOf(value.getValue())))
                .toList();
    }

    static List<Item> inventory(List<Inventory.Section> sections) {
        return sections.stream().map(Item::inventory).toList();
    }
}
