package io.wardroom.bench.simulator;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;

/// One host that lives for a while: it measures at its interval, tells now and then what it has, keeps what it cannot
/// send, and has the faults it was given. For one thread.
final class SimulatedHost {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration DRIFT = Duration.ofMinutes(7);
    private static final Duration GIVE_UP_AFTER = Duration.ofMinutes(3);
    /// An inventory with every tenth batch, and at every second of these something has changed.
    private static final int BATCHES_AN_INVENTORY = 10;
    /// The same in a hurry.
    private static final int HURRIED_BATCHES_AN_INVENTORY = 100;
    private static final int MOST_KEPT = 10_000;

    private final Sender sender;
    private final Outcomes outcomes;
    private final Function<String, Ledger> ledgers;
    private final Set<Fault> faults;
    private final boolean twin;
    private final Rebirth rebirth;
    private final Belongings belongings;
    private final ArrayDeque<Kept> kept = new ArrayDeque<>();
    private VirtualAgent agent;
    private boolean ownIdentity;
    private int batches;
    private long lastAt;

    private record Kept(Ledger.Sent sent, byte[] signature, byte[] body) {}

    /// Registers the host anew, under a key of its own.
    @FunctionalInterface
    interface Rebirth {
        VirtualAgent of(VirtualAgent before) throws IOException, InterruptedException;
    }

    /// @param twin whether another host has the same identity
    SimulatedHost(
            Sender sender,
            Outcomes outcomes,
            Function<String, Ledger> ledgers,
            VirtualAgent agent,
            long seed,
            Set<Fault> faults,
            boolean twin,
            Rebirth rebirth) {
        this.sender = sender;
        this.outcomes = outcomes;
        this.ledgers = ledgers;
        this.agent = agent;
        this.belongings = new Belongings(seed);
        this.faults = Set.copyOf(faults);
        this.twin = twin;
        this.ownIdentity = !twin;
        this.rebirth = rebirth;
    }

    /// Lives from now on.
    ///
    /// @param delay before the first batch, so that not all hosts send at once
    void live(Duration length, Duration interval, Duration delay) throws InterruptedException {
        var begin = System.nanoTime();
        var end = begin + length.toNanos();
        for (var due = begin + delay.toNanos(); due < end; due += interval.toNanos()) {
            sleepUntil(due);
            var third = (System.nanoTime() - begin) * 3 / length.toNanos();
            if (faults.contains(Fault.SILENCE) && third == 1) {
                continue;
            }
            keep(BATCHES_AN_INVENTORY);
            // as a real agent does: one after the other, and what does not go now goes with the next
            deliver(Math.min(due + interval.toNanos(), end));
        }
        deliver(end + GIVE_UP_AFTER.toNanos());
        giveUp();
    }

    /// Sends batches one after the other, as fast as they are answered.
    void hurry(int count) throws InterruptedException {
        for (var i = 0; i < count; i++) {
            keep(HURRIED_BATCHES_AN_INVENTORY);
            deliver(System.nanoTime() + GIVE_UP_AFTER.toNanos());
        }
        giveUp();
    }

    private void giveUp() {
        kept.forEach(left -> {
            outcomes.unanswered.increment();
            ledger().unanswered(left.sent());
        });
    }

    private Ledger ledger() {
        return ledgers.apply(agent.id());
    }

    private void deliver(long deadline) throws InterruptedException {
        while (!kept.isEmpty() && System.nanoTime() < deadline) {
            var next = kept.getFirst();
            var attempt = sender.offer(ledger(), next.sent(), agent.token(), next.signature(), next.body());
            switch (attempt.result()) {
                case ACKNOWLEDGED, REFUSED -> kept.removeFirst();
                case SUSPECTED_CLONE -> begin();
                case OPEN ->
                    sleepUntil(Math.min(System.nanoTime() + attempt.pause().toNanos(), deadline));
            }
        }
    }

    /// What an agent does that is told that it is a copy: what it kept belongs to the other one.
    private void begin() throws InterruptedException {
        kept.clear();
        try {
            agent = rebirth.of(agent);
            ownIdentity = true;
        } catch (IOException notNow) {
            System.out.printf("a copy of %s could not register anew: %s%n", agent.id(), notNow.getMessage());
        }
    }

    private void keep(int batchesAnInventory) {
        if (kept.size() == MOST_KEPT) {
            outcomes.unanswered.increment();
            ledger().unanswered(kept.removeFirst().sent());
        }
        var clock = Instant.now().minus(faults.contains(Fault.CLOCK_DRIFT) ? DRIFT : Duration.ZERO);
        // twins measure at different milliseconds, and nobody twice at the same
        lastAt = Math.max(lastAt + 2, (clock.toEpochMilli() & ~1L) | (twin ? 1 : 0));
        var at = Instant.ofEpochMilli(lastAt);
        var id = UUID.randomUUID();
        var json = new StringBuilder(8192);
        agent.begin(json, id, at);
        var moment = new Ledger.Moment(lastAt, fingerprint(agent.names(), agent.moment(json, at)));
        json.append(",{\"type\":\"heartbeat\"}");
        var told = new ArrayList<Ledger.Told>();
        if (ownIdentity && batches % batchesAnInventory == 0) {
            var generation = batches / batchesAnInventory / 2;
            for (var section : Belongings.SECTIONS) {
                told.add(new Ledger.Told(belongings, section, generation, at));
                json.append(",{\"type\":\"inventory\",\"section\":\"").append(section);
                json.append("\",\"observed_at\":\"").append(at).append("\",\"data\":");
                json.append(JSON.writeValueAsString(belongings.rows(section, generation)))
                        .append('}');
            }
        }
        var body = json.append("]}").toString().getBytes(StandardCharsets.UTF_8);
        batches++;
        outcomes.sent.increment();
        var wronglySigned = faults.contains(Fault.BAD_SIGNATURE) && batches % 3 == 0;
        var signature = agent.key().sign(wronglySigned ? "[]".getBytes(StandardCharsets.UTF_8) : body);
        kept.add(new Kept(new Ledger.Sent(id, List.of(moment), told), signature, body));
    }

    static long fingerprint(List<SeriesName> names, double[] values) {
        var sum = 0L;
        for (var i = 0; i < values.length; i++) {
            sum += SeriesName.fingerprint(names.get(i).fingerprint(), values[i]);
        }
        return sum;
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
        var left = nanos - System.nanoTime();
        if (left > 0) {
            Thread.sleep(Duration.of(left, ChronoUnit.NANOS));
        }
    }
}
