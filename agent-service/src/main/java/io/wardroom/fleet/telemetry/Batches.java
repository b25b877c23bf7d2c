package io.wardroom.fleet.telemetry;

import io.wardroom.fleet.agent.Presence;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.UUID;
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
                    timestamptz 'epoch' + n.received_at * interval '1 millisecond' as received_at, n.moments
                from unnest(?::uuid[], ?::uuid[], ?::bigint[], ?::uuid[], ?::bigint[], ?::bytea[])
                    as n (tenant_id, agent_id, at, batch_id, received_at, moments)
            ), known as materialized (
                select i.* from incoming i join agent a on a.id = i.agent_id and a.tenant_id = i.tenant_id
            ), stored as (
                insert into metric_batch (tenant_id, agent_id, at, batch_id, received_at, moments)
                select tenant_id, agent_id, at, batch_id, received_at, moments from known
                on conflict do nothing
                returning 1
            )
            select (select count(*) from incoming), (select count(*) from known), (select count(*) from stored)
            """;

    private final JdbcOperations jdbc;
    private final Presence presence;

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
        for (var i = 0; i < rows.size(); i++) {
            var row = rows.get(i);
            tenants[i] = row.batch().tenant().value();
            agents[i] = row.batch().agent();
            at[i] = row.part().at();
            ids[i] = row.batch().id();
            received[i] = row.batch().receivedAt().toEpochMilli();
            moments[i] = row.part().moments();
        }
        PreparedStatementCallback<Stored> insert = statement -> {
            var connection = statement.getConnection();
            array(connection, statement, 1, "uuid", tenants);
            array(connection, statement, 2, "uuid", agents);
            array(connection, statement, 3, "int8", at);
            array(connection, statement, 4, "uuid", ids);
            array(connection, statement, 5, "int8", received);
            array(connection, statement, 6, "bytea", moments);
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
