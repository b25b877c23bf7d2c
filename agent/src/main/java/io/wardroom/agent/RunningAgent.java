package io.wardroom.agent;

import io.wardroom.agent.config.AgentConfig;
import io.wardroom.agent.honeypot.Honeypots;
import io.wardroom.agent.hub.Delivery;
import io.wardroom.agent.hub.Desired;
import io.wardroom.agent.inventory.Inventory;
import io.wardroom.agent.json.Fields;
import io.wardroom.agent.log.Log;
import io.wardroom.agent.spool.Spool;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The agent at work: one thread collects and spools, one looks through the inventory, one delivers.
///
/// They share the spool and the sections that wait for the next batch, and nothing else.
final class RunningAgent {
    private static final Duration FIRST_COLLECTION_AFTER = Duration.ofSeconds(1);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(5);
    private static final String COLLECTING = "collect";
    private static final String WATCHING = "honeypots";
    private static final long STACK_BYTES = 512 << 10;

    private final Collection collection;
    private final Inventory inventory;
    private final Batches batches;
    private final Spool spool;
    private final Delivery delivery;
    private final Optional<Honeypots> honeypots;
    private final Duration activityInterval;
    private final Duration inventoryCheckInterval;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();

    /// The newest state of each section that no batch holds yet.
    private final Map<String, Inventory.Section> waiting = new LinkedHashMap<>();

    private volatile Duration collectInterval;
    private volatile Duration inventoryInterval;
    private String saidLast = "";

    RunningAgent(
            AgentConfig config,
            Collection collection,
            Inventory inventory,
            Batches batches,
            Spool spool,
            WatchWith honeypots,
            DeliveryTo delivery) {
        this.collection = collection;
        this.inventory = inventory;
        this.batches = batches;
        this.spool = spool;
        this.activityInterval = config.activityInterval();
        this.inventoryCheckInterval = config.inventoryCheckInterval();
        this.collectInterval = config.collectInterval();
        this.inventoryInterval = config.inventoryInterval();
        this.delivery = delivery.telling(this::take);
        this.honeypots = config.honeypots()
                ? Optional.of(honeypots.telling(event -> spool(List.of(Item.honeypot(event)))))
                : Optional.empty();
    }

    /// Makes the delivery, which tells the hub's wishes to the agent.
    @FunctionalInterface
    interface DeliveryTo {
        Delivery telling(Consumer<Desired> wishes);
    }

    /// Makes the watch over the canaries, which tells what it sees to the agent.
    @FunctionalInterface
    interface WatchWith {
        Honeypots telling(Consumer<Fields> events);
    }

    void start() {
        thread(COLLECTING, this::collect);
        thread("inventory", this::lookThrough);
        thread("deliver", this::deliver);
        honeypots.ifPresent(watch -> thread(WATCHING, () -> watch.watch(() -> stopping.getCount() == 0)));
    }

    private void thread(String name, Work work) {
        var thread = new Thread(
                null,
                () -> {
                    try {
                        work.run();
                    } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                    } catch (RuntimeException | Error bug) {
                        // half an agent is worse than none: the service manager starts it anew
                        Log.error("%s stopped: %s".formatted(name, Log.reason(bug)));
                        bug.printStackTrace(System.err);
                        Runtime.getRuntime().halt(3);
                    }
                },
                name,
                STACK_BYTES);
        threads.add(thread);
        thread.start();
    }

    @FunctionalInterface
    private interface Work {
        void run() throws InterruptedException;
    }

    private void take(Desired desired) {
        desired.collectInterval().filter(wish -> !wish.equals(collectInterval)).ifPresent(wish -> {
            collectInterval = wish;
            Log.info("collecting every %d s, as the hub wishes".formatted(wish.toSeconds()));
        });
        desired.inventoryInterval()
                .filter(wish -> !wish.equals(inventoryInterval))
                .ifPresent(wish -> {
                    inventoryInterval = wish;
                    Log.info("whole inventory every %d s, as the hub wishes".formatted(wish.toSeconds()));
                });
    }

    private void collect() throws InterruptedException {
        var next = System.nanoTime() + FIRST_COLLECTION_AFTER.toNanos();
        var nextActivity = next;
        while (stopping.getCount() > 0) {
            if (stopsWithin(Duration.ofNanos(next - System.nanoTime()))) {
                return;
            }
            var withActivity = activityInterval.isPositive() && next - nextActivity >= 0;
            if (withActivity) {
                nextActivity = next + activityInterval.toNanos();
            }
            spool(collection.items(spool.fill(), spool.counters(), withActivity));
            var interval = collectInterval.toNanos();
            next += interval;
            // after a pause of the whole machine one moment is read, not all that were missed
            if (System.nanoTime() - next > interval) {
                next = System.nanoTime() + interval;
            }
        }
    }

    /// One collection at a time: batches must stand in the spool in the order of their moments.
    private synchronized void spool(List<Item> moment) {
        var items = new ArrayList<>(moment);
        synchronized (waiting) {
            items.addAll(Collection.inventory(List.copyOf(waiting.values())));
            waiting.clear();
        }
        for (var part : Batches.parted(items)) {
            try {
                spool.append(seq -> batches.draft(seq, part));
                saidLast = "";
            } catch (IOException full) {
                var why = Log.reason(full);
                if (!why.equals(saidLast)) {
                    saidLast = why;
                    Log.error("a batch could not be spooled and is lost: " + why);
                }
            }
        }
    }

    private void lookThrough() throws InterruptedException {
        // the first collection comes first: a look through the packages may take a second of the only core
        if (stopsWithin(FIRST_COLLECTION_AFTER.multipliedBy(2))) {
            return;
        }
        var wholeAt = System.nanoTime();
        while (stopping.getCount() > 0) {
            var whole = System.nanoTime() - wholeAt >= 0;
            if (whole) {
                wholeAt = System.nanoTime() + inventoryInterval.toNanos();
            }
            var sections = whole ? inventory.all() : inventory.changed();
            synchronized (waiting) {
                sections.forEach(section -> waiting.put(section.name(), section));
            }
            var pause = Math.min(inventoryCheckInterval.toNanos(), inventoryInterval.toNanos());
            if (stopsWithin(Duration.ofNanos(pause))) {
                return;
            }
        }
    }

    private void deliver() throws InterruptedException {
        while (stopping.getCount() > 0) {
            var wait = delivery.step();
            if (!wait.isPositive()) {
                continue;
            }
            if (delivery.paused()) {
                if (stopsWithin(wait)) {
                    return;
                }
            } else {
                spool.awaitBatch(wait);
            }
        }
    }

    private boolean stopsWithin(Duration time) throws InterruptedException {
        return stopping.await(Math.max(0, time.toNanos()), TimeUnit.NANOSECONDS);
    }

    /// Ends the threads and keeps what no batch held yet.
    ///
    /// The threads that spool are not interrupted: that would close the file to which one may be writing a batch.
    void stop() throws InterruptedException, IOException {
        stopping.countDown();
        threads.stream()
                .filter(thread -> !List.of(COLLECTING, WATCHING).contains(thread.getName()))
                .forEach(Thread::interrupt);
        var deadline = System.nanoTime() + STOP_WITHIN.toNanos();
        for (var thread : threads) {
            thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
        }
        spool(List.of());
        var left = spool.fill().batches();
        spool.close();
        Log.info("stopped; %d batches wait in the spool".formatted(left));
    }
}
