package io.wardroom.bench.simulator;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Loads a running suite with a fleet of virtual agents and says what it took.
public final class Simulator {
    private Simulator() {}

    public static void main(String[] words) throws Exception {
        Options options;
        try {
            options = Options.of(words);
        } catch (IllegalArgumentException unclear) {
            System.err.println(unclear.getMessage() + "\n" + Options.USAGE);
            System.exit(2);
            return;
        }
        if (options.parts()) {
            Parts.measure(options);
            return;
        }
        if (options.history()) {
            HistoryProbe.measure(options);
            return;
        }
        if (options.revive()) {
            FleetSeed.revive(options);
            return;
        }
        if (options.purple().isPresent()) {
            System.exit(PurpleLoad.measure(options) ? 0 : 1);
        }
        if (options.reads().isPresent()) {
            System.exit(ReadProbe.measure(options) ? 0 : 1);
        }
        if (options.plan().isPresent()) {
            System.exit(Simulation.run(options, options.plan().get()) ? 0 : 1);
        }
        System.exit(run(options) ? 0 : 1);
    }

    /// @return whether nothing acknowledged was lost or doubled
    private static boolean run(Options options) throws IOException, InterruptedException, SQLException {
        var suite = new Suite(options);
        var processes = Processes.of(options);
        var since = Instant.now().minusSeconds(60);
        System.out.printf("registering %d agents at %s%n", options.agents(), options.gateway());
        var agents = Fleet.register(suite, options.agents());
        var probe = options.probe()
                ? new FreshnessProbe(suite, Fleet.register(suite, 1).getFirst())
                : null;
        var prober = probe == null
                ? null
                : Thread.ofPlatform().daemon().name("probe").start(probe);

        try (var driver = new LoadDriver(options, agents)) {
            driver.start();
            System.out.printf("warming up for %d s%n", options.warmUp().toSeconds());
            Thread.sleep(options.warmUp());
            var before = processes.used();
            var own = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
            var begin = System.nanoTime();
            driver.beginMeasuring();
            if (probe != null) {
                probe.measure(true);
            }
            System.out.printf("measuring for %d s%n", options.duration().toSeconds());
            Thread.sleep(options.duration());
            driver.endMeasuring();
            var seconds = (System.nanoTime() - begin) / 1e9;
            var after = processes.used();
            var ownUsed = ProcessHandle.current()
                    .info()
                    .totalCpuDuration()
                    .orElse(own)
                    .minus(own);
            if (probe != null && prober != null) {
                probe.measure(false);
                probe.stop();
                prober.join(Duration.ofSeconds(15));
            }
            var tally = driver.stop();
            report(options, tally, seconds, before, after, ownUsed);
            if (probe != null) {
                System.out.printf("freshness (sent to readable): %s%n", probe.report());
            }
            return !options.check() || check(options, tally, agents, since);
        }
    }

    private static void report(
            Options options,
            Tally tally,
            double seconds,
            Map<String, Duration> before,
            Map<String, Duration> after,
            Duration own) {
        System.out.printf(
                "%n%s, %d agents, %d connections, encoding %s%n",
                options.rate().map(rate -> "fixed rate of %d/s".formatted(rate)).orElse("as fast as it goes"),
                options.agents(),
                options.connections(),
                options.encoding());
        var batches = Math.max(1, tally.measured());
        System.out.printf(
                "accepted: %.0f batches/s, %.0f values/s%n",
                tally.measured() / seconds, tally.measured() / seconds * VirtualAgent.samples());
        System.out.printf(
                "acknowledged after: p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms, worst %.1f ms%s%n",
                tally.latencyMillis(50),
                tally.latencyMillis(99),
                tally.latencyMillis(99.9),
                tally.worstMillis(),
                options.rate().isPresent() ? " (from the intended start)" : "");
        System.out.printf("duplicates %d, other outcomes %s%n", tally.duplicates(), tally.others());
        var sum = 0L;
        for (var process : after.entrySet()) {
            var used = process.getValue()
                            .minus(before.getOrDefault(process.getKey(), Duration.ZERO))
                            .toNanos()
                    / 1000;
            sum += used;
            System.out.printf("  %-26s %7.1f µs of CPU a batch%n", process.getKey(), (double) used / batches);
        }
        System.out.printf("  %-26s %7.1f µs of CPU a batch%n", "together", (double) sum / batches);
        System.out.printf(
                "  %-26s %7.1f µs of CPU a batch, not charged%n", "this simulator", own.toNanos() / 1000.0 / batches);
    }

    private static boolean check(Options options, Tally tally, List<VirtualAgent> agents, Instant since)
            throws SQLException, InterruptedException {
        var comparison = new StoredCheck(options).compare(tally, agents, since);
        var itemsRight = tally.items() == (tally.acknowledgedCount() - tally.duplicates()) * VirtualAgent.ITEMS;
        System.out.printf(
                "acknowledged %d batches (%d items), stored %d: lost %d, doubled %d, stored without an answer %d%n",
                comparison.acknowledged(),
                tally.items(),
                comparison.stored(),
                comparison.lost(),
                comparison.doubled(),
                comparison.extra());
        return comparison.lost() == 0 && comparison.doubled() == 0 && itemsRight;
    }
}
