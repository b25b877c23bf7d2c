package io.wardroom.fleet.telemetry;

import io.wardroom.fleet.agent.Presence;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.PreparedStatementCallback;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/// Stores batches as they come, many in one statement and transaction.
@Repository
class Batches {
    // rows of agents that are not known, or not any more, fall out at the join; what came before conflicts with itself.
    // What is counted comes back to be summed here: summing it up in the statement cost more than storing it
    private static final String STORE = """
            insert into metric_batch (tenant_id, agent_id, at, batch_id, received_at, moments)
            select n.tenant_id, n.agent_id, timestamptz 'epoch' + n.at * interval '1 millisecond', n.batch_id,
                timestamptz 'epoch' + n.received_at * interval '1 millisecond', n.moments
            from unnest(?::uuid[], ?::uuid[], ?::bigint[], ?::uuid[], ?::bigint[], ?::bytea[])
                as n (tenant_id, agent_id, at, batch_id, received_at, moments)
            join agent a on a.id = n.agent_id and a.tenant_id = n.tenant_id
            on conflict do nothing
            returning agent_id, (extract(epoch from at) * 1000)::bigint as at, batch_id
            """;

    private static final String KNOWN = """
            select a.id from agent a
            join unnest(?::uuid[], ?::uuid[]) as n (tenant_id, agent_id) on a.id = n.agent_id and a.tenant_id = n.tenant_id
            """;

    private static final String COUNT = """
            insert into usage_day as u (tenant_id, day, slot, batches, points, bytes)
            select tenant_id, day, ?, batches, points, bytes
            from unnest(?::uuid[], ?::text[]::date[], ?::bigint[], ?::bigint[], ?::bigint[])
                as n (tenant_id, day, batches, points, bytes)
            on conflict (tenant_id, day, slot) do update set
                batches = u.batches + excluded.batches,
                points = u.points + excluded.points,
                bytes = u.bytes + excluded.bytes
            """;

    private static final int SLOTS = 16;

    private final JdbcOperations jdbc;
    private final Presence presence;
    // replicas begin at different ones, so that they seldom wait for each other's row of a tenant's day
    private final int firstSlot = ThreadLocalRandom.current().nextInt(SLOTS);

    Batches(JdbcOperations jdbc, Presence presence) {
        this.jdbc = jdbc;
        this.presence = presence;
    }

    /// What became of the rows of some batches.
    ///
    /// @param rows   parts of batches, one an hour
    /// @param known  those whose agent exists
    /// @param stored those that were not there before
    record Stored(int rows, int known, int stored) {
        static final Stored NOTHING = new Stored(0, 0, 0);

        int ofUnknownAgents() {
            return rows - known;
        }

        int duplicates() {
            return known - stored;
        }
    }

    /// Stores all of them or none, and notes that their agents are alive. Safe to call twice with the same.
    @Transactional
    Stored store(Collection<ReceivedBatch> batches) {
        if (batches.isEmpty()) {
            return Stored.NOTHING;
        }
        var stored = insert(batches);
        presence.seen(batches.stream().map(ReceivedBatch::sighting).toList());
        return stored;
    }

    private record Key(UUID agent, long at, UUID batch) {}

    private record Row(ReceivedBatch batch, ReceivedBatch.HourPart part) {
        Key key() {
            return new Key(batch.agent(), part.at(), batch.id());
        }
    }

    private Stored insert(Collection<ReceivedBatch> batches) {
        // in the order of the primary key: writers that meet wait for each other, never in a circle
        var rows = batches.stream()
                .flatMap(batch -> batch.hours().stream().map(part -> new Row(batch, part)))
                .sorted(Comparator.<Row, UUID>comparing(row -> row.batch().agent())
                        .thenComparing(row -> row.part().at())
                        .thenComparing(row -> row.batch().id()))
                .toList();
        if (rows.isEmpty()) {
            return Stored.NOTHING;
        }
        var left = new LinkedHashMap<Key, Row>();
        // what came twice at once is one row
        rows.forEach(row -> left.putIfAbsent(row.key(), row));
        var stored = insert(left);
        count(stored);
        return new Stored(rows.size(), stored.size() == rows.size() ? rows.size() : known(rows), stored.size());
    }

    private List<Row> insert(Map<Key, Row> unique) {
        var rows = List.copyOf(unique.values());
        PreparedStatementCallback<List<Row>> insert = statement -> {
            array(statement, 1, "uuid", rows, UUID[]::new, row -> row.batch()
                    .tenant()
                    .value());
            array(statement, 2, "uuid", rows, UUID[]::new, row -> row.batch().agent());
            array(statement, 3, "int8", rows, Long[]::new, row -> row.part().at());
            array(statement, 4, "uuid", rows, UUID[]::new, row -> row.batch().id());
            array(statement, 5, "int8", rows, Long[]::new, row -> row.batch()
                    .receivedAt()
                    .toEpochMilli());
            array(statement, 6, "bytea", rows, byte[][]::new, row -> row.part().moments());
            var stored = new ArrayList<Row>(rows.size());
            try (var found = statement.executeQuery()) {
                while (found.next()) {
                    var key = new Key(found.getObject(1, UUID.class), found.getLong(2), found.getObject(3, UUID.class));
                    stored.add(Objects.requireNonNull(unique.get(key), "stored what was not sent"));
                }
            }
            return stored;
        };
        return Objects.requireNonNull(jdbc.execute(STORE, insert));
    }

    private int known(List<Row> rows) {
        PreparedStatementCallback<Set<UUID>> find = statement -> {
            array(statement, 1, "uuid", rows, UUID[]::new, row -> row.batch()
                    .tenant()
                    .value());
            array(statement, 2, "uuid", rows, UUID[]::new, row -> row.batch().agent());
            var known = new HashSet<UUID>();
            try (var found = statement.executeQuery()) {
                while (found.next()) {
                    known.add(found.getObject(1, UUID.class));
                }
            }
            return known;
        };
        var known = Objects.requireNonNull(jdbc.execute(KNOWN, find));
        return (int)
                rows.stream().filter(row -> known.contains(row.batch().agent())).count();
    }

    private record TenantDay(UUID tenant, LocalDate day) {}

    private static final class Use {
        private final Set<UUID> batches = new HashSet<>();
        private long points;
        private long bytes;
    }

    private void count(List<Row> stored) {
        if (stored.isEmpty()) {
            return;
        }
        var uses = new TreeMap<TenantDay, Use>(
                Comparator.comparing(TenantDay::tenant).thenComparing(TenantDay::day));
        for (var row : stored) {
            var day = LocalDate.ofInstant(row.batch().receivedAt(), ZoneOffset.UTC);
            var use = uses.computeIfAbsent(new TenantDay(row.batch().tenant().value(), day), _ -> new Use());
            use.batches.add(row.batch().id());
            use.points += row.part().points();
            use.bytes += row.part().bytes();
        }
        var days = List.copyOf(uses.entrySet());
        PreparedStatementCallback<Integer> count = statement -> {
            statement.setInt(1, (int) ((firstSlot + Thread.currentThread().threadId()) % SLOTS));
            array(statement, 2, "uuid", days, UUID[]::new, one -> one.getKey().tenant());
            array(statement, 3, "text", days, String[]::new, one -> one.getKey()
                    .day()
                    .toString());
            array(statement, 4, "int8", days, Long[]::new, one ->
                    (long) one.getValue().batches.size());
            array(statement, 5, "int8", days, Long[]::new, one -> one.getValue().points);
            array(statement, 6, "int8", days, Long[]::new, one -> one.getValue().bytes);
            return statement.executeUpdate();
        };
        jdbc.execute(COUNT, count);
    }

    private static <T, V> void array(
            PreparedStatement statement,
            int index,
            String type,
            List<T> from,
            IntFunction<V[]> empty,
            Function<T, V> value)
            throws SQLException {
        statement.setArray(
                index,
                statement
                        .getConnection()
                        .createArrayOf(type, from.stream().map(value).toArray(empty)));
    }
}
