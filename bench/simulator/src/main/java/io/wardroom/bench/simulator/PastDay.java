package io.wardroom.bench.simulator;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;

/// Loads what hosts measured in the past, as agents do that were cut off for so long: an hour a batch, and of each two
/// hours the later one first. Then reads it back, while its hours are open and again when they are closed.
final class PastDay {
    private static final Duration CLOSED_WITHIN = Duration.ofMinutes(20);
    private static final int HOSTS_AT_ONCE = 6;
    /// Of one batch, with room to spare.
    private static final int MOST_SAMPLES = 19_000;

    private final Options options;
    private final Options.Plan plan;
    private final Suite suite;
    private final Sender sender;
    private final Outcomes outcomes;
    private final Map<String, Ledger> ledgers;
    private final Instant to = Instant.now().truncatedTo(ChronoUnit.HOURS);
    private final Instant from;

    PastDay(
            Options options,
            Options.Plan plan,
            Suite suite,
            Sender sender,
            Outcomes outcomes,
            Map<String, Ledger> ledgers) {
        this.options = options;
        this.plan = plan;
        this.suite = suite;
        this.sender = sender;
        this.outcomes = outcomes;
        this.ledgers = ledgers;
        this.from = to.minus(plan.past()).truncatedTo(ChronoUnit.HOURS);
    }

    private record Batch(Ledger.Sent sent, byte[] signature, byte[] body) {}

    /// @return whether all is stored as it was sent, and drawn as plain Java draws it
    boolean run(List<VirtualAgent> agents) throws IOException, InterruptedException, SQLException {
        System.out.printf(
                "loading %s to %s of %d hosts, a moment every %.1f s%n",
                from, to, agents.size(), plan.interval().toMillis() / 1000.0);
        var begin = System.nanoTime();
        atOnce(agents.stream()
                .map(agent -> (Callable<Boolean>) () -> {
                    load(agent);
                    return true;
                })
                .toList());
        System.out.printf("after %.1f s:%n", (System.nanoTime() - begin) / 1e9);
        outcomes.print();
        var right = !options.check() || isRight("open", agents);
        if (plan.closed() || options.seed().isPresent()) {
            awaitClosed(agents);
            right &= !options.check() || isRight("closed", agents);
        }
        if (right && options.seed().isPresent()) {
            new FleetSeed(options).seed(agents, options.seed().get());
        }
        return right;
    }

    private void load(VirtualAgent agent) throws InterruptedException {
        var ledger = ledgers.computeIfAbsent(agent.id(), Ledger::new);
        var step = plan.interval();
        var most = Math.max(1, MOST_SAMPLES / agent.names().size());
        var pair = new ArrayList<Batch>();
        for (var hour = from; hour.isBefore(to); hour = hour.plus(1, ChronoUnit.HOURS)) {
            var end = hour.plus(1, ChronoUnit.HOURS);
            for (var at = hour; at.isBefore(end); ) {
                var times = new ArrayList<Instant>();
                for (; at.isBefore(end) && times.size() < most; at = at.plus(step)) {
                    times.add(at);
                }
                pair.add(batch(agent, times));
                if (pair.size() == 2) {
                    deliver(ledger, agent, pair.reversed());
                    pair.clear();
                }
            }
        }
        deliver(ledger, agent, pair);
    }

    private static Batch batch(VirtualAgent agent, List<Instant> times) {
        var json = new StringBuilder(1 << 16);
        var id = UUID.randomUUID();
        agent.begin(json, id, times.getLast());
        var moments = new ArrayList<Ledger.Moment>();
        for (var at : times) {
            var values = agent.moment(json, at);
            json.append(',');
            moments.add(new Ledger.Moment(at.toEpochMilli(), SimulatedHost.fingerprint(agent.names(), values)));
        }
        var body = json.append("{\"type\":\"heartbeat\"}]}").toString().getBytes(StandardCharsets.UTF_8);
        return new Batch(new Ledger.Sent(id, moments, List.of()), agent.key().sign(body), body);
    }

    private void deliver(Ledger ledger, VirtualAgent agent, Collection<Batch> batches) throws InterruptedException {
        for (var batch : batches) {
            outcomes.sent.increment();
            var attempt = sender.offer(ledger, batch.sent(), agent.token(), batch.signature(), batch.body());
            while (attempt.result() == Sender.Result.OPEN) {
                Thread.sleep(attempt.pause());
                attempt = sender.offer(ledger, batch.sent(), agent.token(), batch.signature(), batch.body());
            }
        }
    }

    private boolean isRight(String state, List<VirtualAgent> agents)
            throws IOException, InterruptedException, SQLException {
        System.out.printf("while the hours are %s:%n", state);
        var stored = new LedgerCheck(options, suite, LedgerCheck.SETTLES_WITHIN).holds(ledgers.values());
        var curves = atOnce(IntStream.range(0, agents.size())
                .mapToObj(i -> (Callable<Integer>)
                        () -> new CurveCheck(suite, agents.get(i).id(), again(agents.get(i), i))
                                .wrong(from, to, plan.interval()))
                .toList());
        var wrong = curves.stream().mapToInt(Integer::intValue).sum();
        System.out.printf("curves that differ from those drawn here: %d%n", wrong);
        return stored && wrong == 0;
    }

    /// The same host from its beginning: its values come once more.
    private VirtualAgent again(VirtualAgent agent, int number) {
        return new VirtualAgent(agent.id(), agent.token(), agent.key(), number, plan.series(), false);
    }

    private static <T> List<T> atOnce(List<Callable<T>> work) throws InterruptedException, IOException {
        var places = new Semaphore(HOSTS_AT_ONCE, true);
        return Simulation.all(work.stream()
                .map(one -> (Callable<T>) () -> {
                    places.acquire();
                    try {
                        return one.call();
                    } finally {
                        places.release();
                    }
                })
                .toList());
    }

    private void awaitClosed(List<VirtualAgent> agents) throws SQLException, InterruptedException, IOException {
        System.out.println("waiting until the hours are closed");
        var deadline = System.nanoTime() + CLOSED_WITHIN.toNanos();
        var hours = agents.size() * Duration.between(from, to).toHours();
        try (var connection = StoredIds.connect(options, options.databaseUser(), options.databasePassword());
                var counts = connection.prepareStatement("""
                        select (select count(*) from metric_batch where agent_id = any (?)),
                            (select count(*) from metric_hour where agent_id = any (?))
                        """)) {
            var ids = connection.createArrayOf(
                    "uuid",
                    agents.stream().map(agent -> UUID.fromString(agent.id())).toArray());
            counts.setArray(1, ids);
            counts.setArray(2, ids);
            while (true) {
                try (var row = counts.executeQuery()) {
                    row.next();
                    if (row.getLong(1) == 0 && row.getLong(2) == hours) {
                        return;
                    }
                }
                if (System.nanoTime() > deadline) {
                    throw new IOException("the hours were not closed in time");
                }
                Thread.sleep(Duration.ofSeconds(1));
            }
        }
    }
}
