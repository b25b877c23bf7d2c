package io.wardroom.audit.proof;

import io.wardroom.common.tenant.TenantId;
import java.sql.Timestamp;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

@Repository
class TreeRepository {
    private final JdbcClient jdbc;
    private final JdbcTemplate batches;

    TreeRepository(JdbcClient jdbc, JdbcTemplate batches) {
        this.jdbc = jdbc;
        this.batches = batches;
    }

    /// @param frontier set on the last leaf of an append
    record Leaf(TenantId tenant, long index, UUID row, byte[] hash, byte[] salt, byte @Nullable [] frontier) {}

    record Subtree(TenantId tenant, int level, long position, byte[] root) {}

    /// Waits until nobody else appends to these trees; they are free again when the transaction ends.
    ///
    /// @param keys in ascending order, so that two appends never wait for each other in a circle
    void lock(List<Long> keys) {
        jdbc.sql("select pg_advisory_xact_lock(key) from unnest(:keys::bigint[]) key")
                .param("keys", keys.toArray(Long[]::new))
                .query((_, _) -> true)
                .list();
    }

    Map<TenantId, Frontier> frontiers(Collection<TenantId> tenants) {
        var found = new HashMap<TenantId, Frontier>();
        tenants.forEach(tenant -> found.put(tenant, Frontier.empty()));
        jdbc.sql("""
                        select tenant, leaf_index, frontier
                        from unnest(:tenants::uuid[]) tenant
                        cross join lateral (
                            select leaf_index, frontier from audit_leaf
                            where tenant_id = tenant order by leaf_index desc limit 1) newest
                        """).param("tenants", ids(tenants)).query(row -> {
            found.put(
                    new TenantId(row.getObject("tenant", UUID.class)),
                    Frontier.of(row.getLong("leaf_index") + 1, row.getBytes("frontier")));
        });
        return found;
    }

    void insertLeaves(List<Leaf> leaves) {
        batches.update(connection -> {
            var statement = connection.prepareStatement("""
                    insert into audit_leaf (tenant_id, leaf_index, row_id, leaf_hash, salt, frontier)
                    select * from unnest(?::uuid[], ?::bigint[], ?::uuid[], ?::bytea[], ?::bytea[], ?::bytea[])
                    """);
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "uuid",
                            leaves.stream().map(leaf -> leaf.tenant().value()).toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "int8", leaves.stream().map(Leaf::index).toArray()));
            statement.setArray(
                    3,
                    connection.createArrayOf(
                            "uuid", leaves.stream().map(Leaf::row).toArray()));
            statement.setArray(
                    4,
                    connection.createArrayOf(
                            "bytea", leaves.stream().map(Leaf::hash).toArray(byte[][]::new)));
            statement.setArray(
                    5,
                    connection.createArrayOf(
                            "bytea", leaves.stream().map(Leaf::salt).toArray(byte[][]::new)));
            statement.setArray(
                    6,
                    connection.createArrayOf(
                            "bytea", leaves.stream().map(Leaf::frontier).toArray(byte[][]::new)));
            return statement;
        });
    }

    void insertSubtrees(List<Subtree> subtrees) {
        batches.batchUpdate("""
                insert into audit_subtree (tenant_id, level, position, root_hash) values (?, ?, ?, ?)
                """, subtrees, 500, (row, subtree) -> {
            row.setObject(1, subtree.tenant().value());
            row.setInt(2, subtree.level());
            row.setLong(3, subtree.position());
            row.setBytes(4, subtree.root());
        });
    }

    void markGrown(TenantId tenant, long size) {
        jdbc.sql("""
                        insert into audit_tree_due (tenant_id, tree_size) values (:tenant, :size)
                        on conflict (tenant_id) do update set tree_size = excluded.tree_size
                        """).param("tenant", tenant.value()).param("size", size).update();
    }

    /// Takes trees that grew off the list, in the order in which appends take them.
    List<TenantId> takeGrown(int most) {
        return jdbc.sql("""
                        delete from audit_tree_due where tenant_id in (
                            select tenant_id from audit_tree_due order by tenant_id limit :most for update)
                        returning tenant_id
                        """)
                .param("most", most)
                .query((row, _) -> new TenantId(row.getObject(1, UUID.class)))
                .list();
    }

    TreeReader.Tiles tilesOf(TenantId tenant) {
        return (level, position) -> level == 0 ? leafHashes(tenant, position) : roots(tenant, level, position);
    }

    private List<byte[]> leafHashes(TenantId tenant, long position) {
        return jdbc.sql("""
                        select leaf_hash from audit_leaf
                        where tenant_id = :tenant and leaf_index >= :from and leaf_index < :to order by leaf_index
                        """)
                .param("tenant", tenant.value())
                .param("from", position)
                .param("to", position + TreeReader.TILE_WIDTH)
                .query((row, _) -> row.getBytes(1))
                .list();
    }

    private List<byte[]> roots(TenantId tenant, int level, long position) {
        return jdbc.sql("""
                        select root_hash from audit_subtree
                        where tenant_id = :tenant and level = :level and position >= :from and position < :to
                        order by position
                        """)
                .param("tenant", tenant.value())
                .param("level", level)
                .param("from", position)
                .param("to", position + TreeReader.TILE_WIDTH)
                .query((row, _) -> row.getBytes(1))
                .list();
    }

    Optional<Trees.Place> find(List<TenantId> tenants, UUID rowId) {
        return jdbc.sql("""
                        select tenant_id, leaf_index, leaf_hash, salt from audit_leaf
                        where row_id = :row and tenant_id = any (:tenants)
                        """)
                .param("row", rowId)
                .param("tenants", ids(tenants))
                .query((row, _) -> new Trees.Place(
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        row.getLong("leaf_index"),
                        row.getBytes("leaf_hash"),
                        row.getBytes("salt")))
                .optional();
    }

    /// @return false if one of that size was there before
    boolean insert(TenantId tenant, Checkpoint checkpoint) {
        return jdbc.sql("""
                        insert into audit_checkpoint (tenant_id, tree_size, root_hash, signed_at, note)
                        values (:tenant, :size, :root, :at, :note)
                        on conflict do nothing
                        """)
                        .param("tenant", tenant.value())
                        .param("size", checkpoint.treeSize())
                        .param("root", checkpoint.rootHash())
                        .param("at", Timestamp.from(checkpoint.timestamp()))
                        .param("note", checkpoint.note())
                        .update()
                == 1;
    }

    Optional<Checkpoint> newestCheckpoint(TenantId tenant) {
        return jdbc.sql("""
                        select tree_size, root_hash, signed_at, note from audit_checkpoint
                        where tenant_id = :tenant order by tree_size desc limit 1
                        """)
                .param("tenant", tenant.value())
                .query((row, _) -> new Checkpoint(
                        row.getLong("tree_size"),
                        row.getBytes("root_hash"),
                        row.getTimestamp("signed_at").toInstant(),
                        row.getString("note")))
                .optional();
    }

    void markUnarchived(TenantId tenant) {
        // not "do nothing": that would not wait for an archiver that is just taking the tree off the list
        jdbc.sql("""
                        insert into audit_archive_due (tenant_id) values (:tenant)
                        on conflict (tenant_id) do update set tenant_id = excluded.tenant_id
                        """).param("tenant", tenant.value()).update();
    }

    Optional<TenantId> takeUnarchived() {
        return jdbc.sql("""
                        delete from audit_archive_due where tenant_id = (
                            select tenant_id from audit_archive_due order by tenant_id limit 1 for update)
                        returning tenant_id
                        """)
                .query((row, _) -> new TenantId(row.getObject(1, UUID.class)))
                .optional();
    }

    private static UUID[] ids(Collection<TenantId> tenants) {
        return tenants.stream().map(TenantId::value).toArray(UUID[]::new);
    }
}
