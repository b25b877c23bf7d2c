package io.wardroom.bench.simulator;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;

/// The ids of acknowledged batches against the rows in agent-service's database. The rows of an hour that was closed
/// are
/// gone, and its values alone tell of them.
final class StoredIds {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private StoredIds() {}

    /// @param stored  those that lie there
    /// @param closed  those whose hour is closed
    /// @param lost    neither
    /// @param doubled rows beyond the first of a batch
    record Comparison(long acknowledged, long stored, long closed, long lost, long doubled) {
        boolean isRight() {
            return lost + doubled == 0;
        }

        String told() {
            return "ids of batches: %d acknowledged, %d stored, %d in hours closed since, lost %d, doubled %d"
                    .formatted(acknowledged, stored, closed, lost, doubled);
        }
    }

    private record Hour(UUID agent, Instant begin) {}

    /// Waits until all are there, or time is over. Nothing where there is no password.
    static Optional<Comparison> settled(Options options, Collection<Ledger> ledgers, long deadline)
            throws SQLException, InterruptedException {
        if (options.databasePassword().isEmpty()) {
            return Optional.empty();
        }
        try (var connection = connect(options, options.databaseUser(), options.databasePassword())) {
            while (true) {
                var found = compare(connection, ledgers);
                if (found.lost() == 0 || System.nanoTime() > deadline) {
                    return Optional.of(found);
                }
                Thread.sleep(PAUSE);
            }
        }
    }

    static Connection connect(Options options, String user, String password) throws SQLException {
        return connect(options.databaseUrl(), user, password);
    }

    static Connection connect(String address, String user, String password) throws SQLException {
        var settings = new Properties();
        settings.setProperty("user", user);
        settings.setProperty("password", password);
        settings.setProperty("connectTimeout", "5");
        settings.setProperty("socketTimeout", "600");
        // the tables show their rows to those who say whose they want
        settings.setProperty("options", "-c wardroom.tenant=*");
        return DriverManager.getConnection(address, settings);
    }

    private static Comparison compare(Connection connection, Collection<Ledger> ledgers) throws SQLException {
        var agents = connection.createArrayOf(
                "uuid",
                ledgers.stream().map(ledger -> UUID.fromString(ledger.agent())).toArray());
        // what is closed in between is then met twice rather than not at all
        Map<UUID, Integer> rows = new HashMap<>();
        try (var statement = connection.prepareStatement(
                "select batch_id, count(*) from metric_batch where agent_id = any (?) group by batch_id")) {
            statement.setArray(1, agents);
            try (var found = statement.executeQuery()) {
                while (found.next()) {
                    rows.put(found.getObject(1, UUID.class), found.getInt(2));
                }
            }
        }
        Set<Hour> hours = new HashSet<>();
        try (var statement =
                connection.prepareStatement("select agent_id, hour from metric_hour where agent_id = any (?)")) {
            statement.setArray(1, agents);
            try (var found = statement.executeQuery()) {
                while (found.next()) {
                    hours.add(new Hour(
                            found.getObject(1, UUID.class),
                            found.getObject(2, OffsetDateTime.class).toInstant()));
                }
            }
        }
        var acknowledged = 0L;
        var stored = 0L;
        var closed = 0L;
        for (var ledger : ledgers) {
            var agent = UUID.fromString(ledger.agent());
            for (var batch : ledger.acknowledgedBatches().entrySet()) {
                acknowledged++;
                if (rows.containsKey(batch.getKey())) {
                    stored++;
                } else if (hours.contains(
                        new Hour(agent, Instant.ofEpochMilli(batch.getValue()).truncatedTo(ChronoUnit.HOURS)))) {
                    closed++;
                }
            }
        }
        var doubled = rows.values().stream().mapToLong(count -> count - 1).sum();
        return new Comparison(acknowledged, stored, closed, acknowledged - stored - closed, doubled);
    }
}
