package io.wardroom.bench.simulator;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;

/// Half a year's work of one tenant on the techniques of the catalogue, put into purple-team-service's database.
final class PurpleSeed {
    private static final String DATABASE = "purple_team_service";

    private final Options options;

    PurpleSeed(Options options) {
        this.options = options;
    }

    /// Does nothing where as many are there already.
    void seed(UUID tenant, List<UUID> people, int tests) throws SQLException, IOException {
        var address = options.databaseUrl().replaceFirst("/agent_service$", "/" + DATABASE);
        // only a superuser may write past row-level security
        try (var connection = StoredIds.connect(address, options.superuser(), options.superuserPassword())) {
            if (count(connection, "select count(*) from catalogue_current") == 0) {
                throw new IOException("there is no ATT&CK: ./wardroom up --import a folder with a bundle");
            }
            var there = count(
                    connection,
                    "select count(*) from attack_test where tenant_id = '%s' and name like 'Seeded test %%'"
                            .formatted(tenant));
            if (there == tests) {
                return;
            }
            var begin = System.nanoTime();
            connection.setAutoCommit(false);
            set(connection, "bench.tenant", tenant.toString());
            set(connection, "bench.tests", String.valueOf(tests));
            set(connection, "bench.people", people.stream().map(UUID::toString).collect(Collectors.joining(",")));
            execute(connection, script());
            connection.commit();
            connection.setAutoCommit(true);
            execute(connection, "vacuum analyze");
            System.out.printf("%d tests seeded in %.0f s%n", tests, (System.nanoTime() - begin) / 1e9);
        }
    }

    private static String script() throws IOException {
        try (var in = Objects.requireNonNull(PurpleSeed.class.getResourceAsStream("purple-seed.sql"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void set(Connection connection, String setting, String value) throws SQLException {
        try (var statement = connection.prepareStatement("select set_config(?, ?, true)")) {
            statement.setString(1, setting);
            statement.setString(2, value);
            statement.execute();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long count(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
