package io.wardroom.bench.simulator;

import java.io.IOException;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Properties;
import java.util.UUID;
import org.HdrHistogram.Histogram;

/// How long a day of one series takes to read: a host's day is sent batch by batch, its hours are left to be closed,
/// and then the series is read through the gateway again and again.
final class HistoryProbe {
    private static final Duration DAY = Duration.ofHours(24);
    private static final Duration STEP = Duration.ofSeconds(10);
    private static final Duration CLOSED_WITHIN = Duration.ofMinutes(15);
    private static final int WARM_UP = 2_000;
    private static final int READS = 2_000;

    private final Options options;
    private final Suite suite;

    private HistoryProbe(Options options) {
        this.options = options;
        this.suite = new Suite(options);
    }

    /// Measures and prints.
    static void measure(Options options) throws IOException, InterruptedException, SQLException {
        new HistoryProbe(options).run();
    }

    private void run() throws IOException, InterruptedException, SQLException {
        var agent = Fleet.register(suite, 1).getFirst();
        var to = Instant.now().truncatedTo(ChronoUnit.HOURS);
        var from = to.minus(DAY);
        System.out.printf("sending a day of agent %s, a batch every %d s%n", agent.id(), STEP.toSeconds());
        for (var at = from; at.isBefore(to); at = at.plus(STEP)) {
            var answer = suite.ingest(agent, agent.batch(UUID.randomUUID(), at));
            if (answer.status() != 202) {
                throw new IOException("a batch of %s: %d %s".formatted(at, answer.status(), answer.body()));
            }
        }
        System.out.println("waiting until its hours are closed");
        awaitClosed(agent);

        var latency = new Histogram(Duration.ofSeconds(30).toNanos(), 3);
        var points = 0;
        for (var i = 0; i < WARM_UP + READS; i++) {
            var begin = System.nanoTime();
            var answer = suite.series(agent.id(), "system.processes.count", from, to, "1m");
            var took = System.nanoTime() - begin;
            if (answer.status() != 200) {
                throw new IOException("a read: %d %s".formatted(answer.status(), answer.body()));
            }
            points = answer.body().at("/series/0/points").size();
            if (i >= WARM_UP) {
                latency.recordValue(took);
            }
        }
        System.out.printf(
                "24 h of one series at 1 m, %d points: p50 %.1f ms, p99 %.1f ms, of %d reads one after the other%n",
                points,
                latency.getValueAtPercentile(50) / 1e6,
                latency.getValueAtPercentile(99) / 1e6,
                latency.getTotalCount());
    }

    private void awaitClosed(VirtualAgent agent) throws SQLException, InterruptedException, IOException {
        var settings = new Properties();
        settings.setProperty("user", options.databaseUser());
        settings.setProperty("password", options.databasePassword());
        settings.setProperty("connectTimeout", "5");
        settings.setProperty("socketTimeout", "60");
        settings.setProperty("options", "-c wardroom.tenant=*");
        var deadline = System.nanoTime() + CLOSED_WITHIN.toNanos();
        try (var connection = DriverManager.getConnection(options.databaseUrl(), settings);
                var open = connection.prepareStatement("select count(*) from metric_batch where agent_id = ?::uuid");
                var closed = connection.prepareStatement("select count(*) from metric_hour where agent_id = ?::uuid")) {
            open.setString(1, agent.id());
            closed.setString(1, agent.id());
            while (true) {
                try (var stillOpen = open.executeQuery();
                        var hours = closed.executeQuery()) {
                    stillOpen.next();
                    hours.next();
                    if (stillOpen.getLong(1) == 0 && hours.getLong(1) == DAY.toHours()) {
                        return;
                    }
                }
                if (System.nanoTime() > deadline) {
                    throw new IOException("the hours were not closed in time");
                }
                Thread.sleep(Duration.ofSeconds(2));
            }
        }
    }
}
