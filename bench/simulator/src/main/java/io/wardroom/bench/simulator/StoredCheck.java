package io.wardroom.bench.simulator;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.UUID;

/// Holds what the database has against what was acknowledged, batch by batch.
final class StoredCheck {
    private static final Duration SETTLES_WITHIN = Duration.ofMinutes(2);

    private final Options options;

    StoredCheck(Options options) {
        this.options = options;
    }

    /// @param stored  batches of the fleet that lie in the database
    /// @param lost    acknowledged, but not there
    /// @param doubled there more than once
    /// @param extra   there, but never acknowledged: their answer did not arrive
    record Comparison(int acknowledged, int stored, int lost, int doubled, int extra) {
        static Comparison of(long[] acknowledged, long[] stored) {
            Arrays.sort(stored);
            var doubled = 0;
            var distinct = 0;
            for (var i = 0; i < stored.length; i++) {
                if (i > 0 && stored[i] == stored[i - 1]) {
                    doubled++;
                } else {
                    distinct++;
                }
            }
            var found = 0;
            for (var one : acknowledged) {
                if (Arrays.binarySearch(stored, one) >= 0) {
                    found++;
                }
            }
            return new Comparison(
                    acknowledged.length, distinct, acknowledged.length - found, doubled, distinct - found);
        }
    }

    /// Waits until everything acknowledged is there, or nothing more comes.
    Comparison compare(Tally tally, List<VirtualAgent> agents, Instant since)
            throws SQLException, InterruptedException {
        var acknowledged = tally.acknowledgedFingerprints();
        var deadline = System.nanoTime() + SETTLES_WITHIN.toNanos();
        while (true) {
            var comparison = Comparison.of(acknowledged, stored(agents, since));
            if (comparison.lost() == 0 || System.nanoTime() > deadline) {
                return comparison;
            }
            Thread.sleep(Duration.ofSeconds(2));
        }
    }

    private long[] stored(List<VirtualAgent> agents, Instant since) throws SQLException {
        var settings = new Properties();
        settings.setProperty("user", options.databaseUser());
        settings.setProperty("password", options.databasePassword());
        settings.setProperty("connectTimeout", "5");
        settings.setProperty("socketTimeout", "120");
        // the tables show their rows to those who say whose they want
        settings.setProperty("options", "-c wardroom.tenant=*");
        try (var connection = DriverManager.getConnection(options.databaseUrl(), settings)) {
            connection.setAutoCommit(false);
            try (var statement = connection.prepareStatement(
                    "select batch_id from metric_batch where agent_id = any (?) and received_at >= ?")) {
                statement.setFetchSize(10_000);
                statement.setArray(
                        1,
                        connection.createArrayOf(
                                "uuid",
                                agents.stream()
                                        .map(agent -> UUID.fromString(agent.id()))
                                        .toArray()));
                statement.setObject(2, OffsetDateTime.ofInstant(since, ZoneOffset.UTC));
                var found = new long[1 << 16];
                var count = 0;
                try (var rows = statement.executeQuery()) {
                    while (rows.next()) {
                        if (count == found.length) {
                            found = Arrays.copyOf(found, count * 2);
                        }
                        found[count++] = Tally.fingerprint(rows.getObject(1, UUID.class));
                    }
                }
                return Arrays.copyOf(found, count);
            }
        }
    }
}
