package io.wardroom.fleet.telemetry;

import io.wardroom.fleet.agent.Presence;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.PreparedStatementCallback;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/// Stores batches as they come, many in one statement and transaction.
@Repository
class Batches {
    // rows of agents that are not known, or not any more, fall out at the join; what came before conflicts with itself
    private static final String STORE = """
            with incoming as materialized (
                select n.tenant_id, n.agent_id, timestamptz 'epoch' + n.at * interval '1 millisecond' as at, n.batch_id,
                    timestamptz 'epoch' + n.received_at * interval '1 millisecond' as received_at, n.moments, n.points, n.bytes
                from unnest(?::uuid[], ?::uuid[], ?::bigint[], ?::uuid[], ?::bigint[], ?::bytea[], ?::int[], ?::int[])
                    as n (tenant_id, agent_id, at, batch_id, received_at, moments, points, bytes)
            ), known as materialized (
                select i.* from incoming i join agent a on a.id = i.agent_id and a.tenant_id = i.tenant_id
            ), stored as (
                insert into metric_batch (tenant_id, agent_id, at, batch_id, received_at, moments)
                select tenant_id, agent_id, at, batch_id, received_at, moments from known
                on conflict do nothing
                returning agent_id, at, batch_id
            ), fresh as (
                select distinct on (k.agent_id, k.at, k.batch_id) k.* from stored s join known k using (agent_id, at, batch_id)
            ), counted as (
                insert into usage_day as u (tenant_id, day, slot, batches, points, bytes)
                select tenant_id, (received_at at time zone 'UTC')::date, ?,
                    count(distinct batch_id), sum(points), sum(bytes)
                from fresh group by 1, 2 order by 1, 2
                on conflict (tenant_id, day, slot) do update set
                    batches = u.batches + excluded.batches,
                    points = u.points + excluded.points,
                    bytes = u.bytes + excluded.bytes
            )
            select (select count(*) from incoming), (select count(*) from known), (select count(*) from stored)
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

    private Stored insert(Collection<ReceivedBatch> batches) {
        record Row(ReceivedBatch batch, ReceivedBatch.HourPart part) {}
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
        var tenants = new UUID[rows.size()];
        var agents = new UUID[rows.size()];
        var at = new Long[rows.size()];
        var ids = new UUID[rows.size()];
        var received = new Long[rows.size()];
        var moments = new byte[rows.size()][];
        var points = new Integer[rows.size()];
        var bytes = new Integer[rows.size()];
        for (var i = 0; i < rows.size(); i++) {
            var row = rows.get(i);
            tenants[i] = row.batch().tenant().value();
            agents[i] = row.batch().agent();
            at[i] = row.part().at();
            ids[i] = row.batch().id();
            received[i] = row.batch().receivedAt().toEpochMilli();
            moments[i] = row.part().moments();
            points[i] = row.part().points();
            bytes[i] = row.part().bytes();
        }
        PreparedStatementCallback<Stored> insert = statement -> {
            var connection = statement.getConnection();
            array(connection, statement, 1, "uuid", tenants);
            array(connection, statement, 2, "uuid", agents);
            array(connection, statement, 3, "int8", at);
            array(connection, statement, 4, "uuid", ids);
            array(connection, statement, 5, "int8", received);
            array(connection, statement, 6, "bytea", moments);
            array(connection, statement, 7, "int4", points);
            array(connection, statement, 8, "int4", bytes);
            statement.setInt(9, (int) ((firstSlot + Thread.currentThread().threadId()) % SLOTS));
            try (var counts = statement.executeQuery()) {
                counts.next();
                return new Stored(counts.getInt(1), counts.getInt(2), counts.getInt(3));
            }
        };
        var stored = jdbc.execute(STORE, insert);
        return stored == null ? Stored.NOTHING : stored;
    }

    private static void array(
            Connection connection, PreparedStatement statement, int index, String type, Object[] values)
            throws SQLException {
        statement.setArray(index, connection.createArrayOf(type, values));
    }
}
