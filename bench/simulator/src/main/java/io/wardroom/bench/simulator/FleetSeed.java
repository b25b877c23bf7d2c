package io.wardroom.bench.simulator;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;

/// Makes many agents of a few: every row that the database has of a host goes in again, by COPY, under the id of each
/// new one. So the rows are in whatever form agent-service gave them. Their tokens and keys open nothing.
final class FleetSeed {
    /// Tables in which a row is an agent's by its primary key; those of the agents themselves come first.
    private static final String TABLES = """
            select c.relname
            from pg_index i
            join pg_class c on c.oid = i.indrelid
            join pg_attribute a on a.attrelid = c.oid and a.attname = 'agent_id' and a.attnum = any (i.indkey)
            where i.indisprimary and not c.relispartition and c.relnamespace = current_schema()::regnamespace
            order by c.relname
            """;
    private static final List<String> OWN = List.of("id", "machine_id", "hostname", "token_sha256", "signing_pubkey");
    private static final int FLUSH = 1 << 20;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Options options;

    FleetSeed(Options options) {
        this.options = options;
    }

    /// @param of    index of the host it is a copy of
    private record Seeded(UUID id, String machine, int of) {}

    void seed(List<VirtualAgent> hosts, int count) throws SQLException, IOException {
        var begin = System.nanoTime();
        var run = UUID.randomUUID().toString().substring(0, 8);
        var seeded = new ArrayList<Seeded>(count);
        for (var i = 0; i < count; i++) {
            seeded.add(new Seeded(UUID.randomUUID(), "seeded-%s-%05d".formatted(run, i), i % hosts.size()));
        }
        // only a superuser may copy into tables with row-level security
        try (var connection = StoredIds.connect(options, options.superuser(), options.superuserPassword())) {
            copyAgents(connection, hosts, seeded);
            for (var table : texts(connection, TABLES)) {
                var rows = copyRows(connection, table, hosts, seeded);
                if (rows > 0) {
                    System.out.printf("%s: %d rows%n", table, rows);
                }
            }
            try (var statement = connection.createStatement()) {
                statement.execute("analyze");
            }
        }
        System.out.printf("%d agents seeded in %.0f s%n", count, (System.nanoTime() - begin) / 1e9);
    }

    /// Makes all seeded agents heard of just now: if nobody else speaks for them, they go offline together.
    static void revive(Options options) throws SQLException {
        try (var connection = StoredIds.connect(options, options.superuser(), options.superuserPassword());
                var statement = connection.createStatement()) {
            var revived = statement.executeUpdate("""
                    update agent_presence p set last_seen_at = now()
                    from agent a where a.id = p.agent_id and a.machine_id like 'seeded-%'
                    """);
            System.out.printf("%d agents heard of at %s%n", revived, Instant.now());
        }
    }

    private void copyAgents(Connection connection, List<VirtualAgent> hosts, List<Seeded> seeded)
            throws SQLException, IOException {
        var others = columns(connection, "agent").stream()
                .filter(column -> !OWN.contains(column))
                .collect(Collectors.joining(", "));
        var lines = rowsOf(connection, "agent", "id", others, hosts);
        try (var rows = new Rows(connection, "agent", String.join(", ", OWN) + ", " + others)) {
            for (var one : seeded) {
                var key = new byte[32];
                RANDOM.nextBytes(key);
                for (var line : lines.get(one.of())) {
                    rows.add(
                            String.join(
                                    "\t",
                                    one.id().toString(),
                                    one.machine(),
                                    one.machine(),
                                    HexFormat.of().formatHex(key),
                                    Base64.getEncoder().encodeToString(key)),
                            line);
                }
            }
            rows.end();
        }
    }

    private long copyRows(Connection connection, String table, List<VirtualAgent> hosts, List<Seeded> seeded)
            throws SQLException, IOException {
        var others = columns(connection, table).stream()
                .filter(column -> !column.equals("agent_id"))
                .collect(Collectors.joining(", "));
        var lines = rowsOf(connection, table, "agent_id", others, hosts);
        if (lines.stream().allMatch(List::isEmpty)) {
            return 0;
        }
        try (var rows = new Rows(connection, table, "agent_id, " + others)) {
            for (var one : seeded) {
                for (var line : lines.get(one.of())) {
                    rows.add(one.id().toString(), line);
                }
            }
            return rows.end();
        }
    }

    /// What each host has in a table, in the form of COPY, without its id.
    private static List<List<byte[]>> rowsOf(
            Connection connection, String table, String key, String columns, List<VirtualAgent> hosts)
            throws SQLException, IOException {
        var all = new ArrayList<List<byte[]>>();
        for (var host : hosts) {
            var text = new ByteArrayOutputStream();
            copying(connection)
                    .copyOut(
                            "copy (select %s from %s where %s = '%s') to stdout"
                                    .formatted(columns, table, key, UUID.fromString(host.id())),
                            text);
            all.add(
                    text.size() == 0
                            ? List.of()
                            : text.toString(StandardCharsets.UTF_8)
                                    .lines()
                                    .map(line -> line.getBytes(StandardCharsets.UTF_8))
                                    .toList());
        }
        return all;
    }

    private static CopyManager copying(Connection connection) throws SQLException {
        return connection.unwrap(PGConnection.class).getCopyAPI();
    }

    private static List<String> columns(Connection connection, String table) throws SQLException {
        return texts(
                connection,
                "select attname from pg_attribute where attrelid = '%s'::regclass and attnum > 0 and not attisdropped"
                                .formatted(table)
                        + " and attgenerated = '' order by attnum");
    }

    private static List<String> texts(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            var texts = new ArrayList<String>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        }
    }

    /// A COPY under way.
    private static final class Rows implements AutoCloseable {
        private final CopyIn copy;
        private final ByteArrayOutputStream waiting = new ByteArrayOutputStream(FLUSH + (1 << 16));

        Rows(Connection connection, String table, String columns) throws SQLException {
            copy = copying(connection).copyIn("copy %s (%s) from stdin".formatted(table, columns));
        }

        void add(String own, byte[] line) throws SQLException {
            waiting.writeBytes(own.getBytes(StandardCharsets.UTF_8));
            waiting.write('\t');
            waiting.writeBytes(line);
            waiting.write('\n');
            if (waiting.size() >= FLUSH) {
                flush();
            }
        }

        private void flush() throws SQLException {
            copy.writeToCopy(waiting.toByteArray(), 0, waiting.size());
            waiting.reset();
        }

        long end() throws SQLException {
            flush();
            return copy.endCopy();
        }

        @Override
        public void close() throws SQLException {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }
}
