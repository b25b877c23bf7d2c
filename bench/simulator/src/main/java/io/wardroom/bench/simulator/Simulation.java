package io.wardroom.bench.simulator;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/// A fleet that lives for a while, and what was acknowledged to it held against what is stored, value by value.
final class Simulation {
    private static final Duration LONGEST_STAGGER = Duration.ofSeconds(30);

    private final Options options;
    private final Options.Plan plan;
    private final Suite suite;
    private final Outcomes outcomes = new Outcomes();
    private final Sender sender;
    private final Map<String, Ledger> ledgers = new ConcurrentHashMap<>();
    private final BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    private Simulation(Options options, Options.Plan plan) {
        this.options = options;
        this.plan = plan;
        this.suite = new Suite(options);
        this.sender = new Sender(suite, outcomes, options.connections());
    }

    /// @return whether all that was acknowledged is stored as it was sent, once, and nothing that was refused is
    static boolean run(Options options, Options.Plan plan) throws IOException, InterruptedException, SQLException {
        return new Simulation(options, plan).run();
    }

    private boolean run() throws IOException, InterruptedException, SQLException {
        if (options.seed().isPresent() && seeded() >= options.seed().get()) {
            System.out.printf("%d agents are seeded already%n", seeded());
            return true;
        }
        System.out.printf("registering %d agents at %s%n", options.agents(), options.gateway());
        var agents = Fleet.register(suite, options.agents(), this::dressed);
        if (!plan.past().isZero()) {
            return new PastDay(options, plan, suite, sender, outcomes, ledgers).run(agents);
        }
        var hosts = hosts(agents);
        hold("registered");
        var begin = System.nanoTime();
        if (plan.batches() > 0) {
            var each = Math.ceilDiv(plan.batches(), hosts.size());
            System.out.printf("sending %d batches%n", each * hosts.size());
            all(hosts.stream().map(host -> task(() -> host.hurry(each))).toList());
        } else {
            System.out.printf(
                    "%d hosts live for %d s, a batch every %.1f s%n",
                    hosts.size(), plan.length().toSeconds(), plan.interval().toMillis() / 1000.0);
            var stagger = plan.interval().compareTo(LONGEST_STAGGER) < 0 ? plan.interval() : LONGEST_STAGGER;
            all(IntStream.range(0, hosts.size())
                    .mapToObj(i -> task(() -> hosts.get(i)
                            .live(
                                    plan.length(),
                                    plan.interval(),
                                    stagger.multipliedBy(i).dividedBy(hosts.size()))))
                    .toList());
        }
        System.out.printf("after %.1f s:%n", (System.nanoTime() - begin) / 1e9);
        outcomes.print();
        hold("sent");
        return !options.check() || new LedgerCheck(options, suite, LedgerCheck.SETTLES_WITHIN).holds(ledgers.values());
    }

    private long seeded() throws IOException, InterruptedException {
        return suite.read("/agents?search=seeded-&limit=1").get("total").asLong();
    }

    /// The host of that number as it is registered.
    private VirtualAgent dressed(String id, String token, SigningKey key, int number) {
        var flat = plan.faults().contains(Fault.FLAT_CPU) && Fault.FLAT_CPU.isOf(number);
        return new VirtualAgent(id, token, key, number, plan.series(), flat);
    }

    private List<SimulatedHost> hosts(List<VirtualAgent> agents) {
        var hosts = new ArrayList<SimulatedHost>();
        for (var i = 0; i < agents.size(); i++) {
            var number = i;
            var agent = agents.get(i);
            var faults = EnumSet.noneOf(Fault.class);
            plan.faults().stream().filter(fault -> fault.isOf(number)).forEach(faults::add);
            faults.forEach(fault -> System.out.printf("%s: %s%n", fault.spelled(), agent.id()));
            hosts.add(host(agent, i, faults, false));
            if (faults.contains(Fault.CLONE)) {
                hosts.add(host(copyOf(agent, agents.size() + i), agents.size() + i, EnumSet.noneOf(Fault.class), true));
            }
        }
        return hosts;
    }

    private SimulatedHost host(VirtualAgent agent, int seed, EnumSet<Fault> faults, boolean twin) {
        return new SimulatedHost(sender, outcomes, this::ledger, agent, seed, faults, twin, _ -> Fleet.register(
                        suite, 1, (id, token, key, _) -> new VirtualAgent(id, token, key, seed, plan.series(), false))
                .getFirst());
    }

    private VirtualAgent copyOf(VirtualAgent agent, int seed) {
        try {
            return new VirtualAgent(agent.id(), agent.token(), agent.key().twin(), seed, plan.series(), false);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("a good key has no copy", impossible);
        }
    }

    private Ledger ledger(String agent) {
        return ledgers.computeIfAbsent(agent, Ledger::new);
    }

    /// Lets whoever started this do something first.
    private void hold(String what) throws IOException {
        if (plan.hold()) {
            System.out.printf("%s; go on with a line of input%n", what);
            input.readLine();
        }
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    private static Callable<Boolean> task(Work work) {
        return () -> {
            work.run();
            return true;
        };
    }

    /// Each on a thread of its own.
    static <T> List<T> all(List<Callable<T>> work) throws InterruptedException, IOException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var results = new ArrayList<T>();
            for (var done : threads.invokeAll(work)) {
                results.add(done.get());
            }
            return results;
        } catch (ExecutionException failed) {
            throw new IOException(failed.getCause());
        }
    }
}
