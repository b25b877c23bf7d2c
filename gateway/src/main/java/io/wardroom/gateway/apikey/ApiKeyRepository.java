package io.wardroom.gateway.apikey;

import io.wardroom.common.tenant.TenantId;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/// The table of keys.
@Repository
class ApiKeyRepository {
    private final JdbcClient jdbc;

    ApiKeyRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// A key as it stands in the table, good or not.
    record Kept(KnownKey key, boolean revoked) {}

    /// Lets one transaction at a time count the keys of a person, across all replicas.
    void lock(UUID owner) {
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
                .param("key", "api keys of " + owner)
                .query((_, _) -> true)
                .single();
    }

    /// Keys that may still be used.
    int countLive(UUID owner, Instant now) {
        return jdbc.sql("""
                        select count(*) from api_key
                        where owner_id = :owner and revoked_at is null and expires_at > :now
                        """)
                .param("owner", owner)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .query(Integer.class)
                .single();
    }

    void insert(ApiKeyView key, TenantId tenant, UUID owner, String hash) {
        jdbc.sql("""
                        insert into api_key (id, tenant_id, owner_id, owner_username, name, prefix, key_sha256, scopes,
                            created_at, expires_at)
                        values (:id, :tenant, :owner, :username, :name, :prefix, :hash, string_to_array(:scopes, ' '),
                            :created_at, :expires_at)
                        """)
                .param("id", key.id())
                .param("tenant", tenant.value())
                .param("owner", owner)
                .param("username", key.username())
                .param("name", key.name())
                .param("prefix", key.prefix())
                .param("hash", hash)
                .param("scopes", String.join(" ", key.scopes()))
                .param("created_at", key.createdAt().atOffset(ZoneOffset.UTC))
                .param("expires_at", key.expiresAt().atOffset(ZoneOffset.UTC))
                .update();
    }

    Optional<Kept> find(String hash) {
        return jdbc.sql("""
                        select id, tenant_id, owner_id, owner_username, scopes, expires_at, revoked_at from api_key
                        where key_sha256 = :hash
                        """)
                .param("hash", hash)
                .query((row, _) -> new Kept(
                        new KnownKey(
                                row.getObject("id", UUID.class),
                                row.getObject("tenant_id", UUID.class),
                                row.getObject("owner_id", UUID.class),
                                row.getString("owner_username"),
                                texts(row.getArray("scopes")),
                                row.getTimestamp("expires_at").toInstant()),
                        row.getTimestamp("revoked_at") != null))
                .optional();
    }

    /// Of two transactions that revoke the same key one gets it.
    ///
    /// @param owner whose key it must be, or null for anybody's of the tenant
    /// @return the key's hash
    Optional<String> revoke(TenantId tenant, @Nullable UUID owner, UUID id, Instant now) {
        return jdbc.sql("""
                        update api_key set revoked_at = :now
                        where id = :id and tenant_id = :tenant and revoked_at is null
                            and owner_id = coalesce(cast(:owner as uuid), owner_id)
                        returning key_sha256
                        """)
                .param("id", id)
                .param("tenant", tenant.value())
                .param("owner", owner)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .query(String.class)
                .optional();
    }

    /// Unless it was used a moment ago anyway.
    void used(UUID id, Instant now, Duration every) {
        jdbc.sql("""
                        update api_key set last_used_at = :now
                        where id = :id and (last_used_at is null or last_used_at <= :before)
                        """)
                .param("id", id)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("before", now.minus(every).atOffset(ZoneOffset.UTC))
                .update();
    }

    /// @param owner whose keys, or null for everybody's of the tenant
    long count(TenantId tenant, @Nullable UUID owner) {
        return jdbc.sql("""
                        select count(*) from api_key
                        where tenant_id = :tenant and revoked_at is null
                            and owner_id = coalesce(cast(:owner as uuid), owner_id)
                        """)
                .param("tenant", tenant.value())
                .param("owner", owner)
                .query(Long.class)
                .single();
    }

    /// The newest first.
    ///
    /// @param owner whose keys, or null for everybody's of the tenant
    List<ApiKeyView> page(TenantId tenant, @Nullable UUID owner, int offset, int limit) {
        return jdbc.sql("""
                        select id, name, owner_username, prefix, scopes, created_at, expires_at, last_used_at from api_key
                        where tenant_id = :tenant and revoked_at is null
                            and owner_id = coalesce(cast(:owner as uuid), owner_id)
                        order by created_at desc, id desc offset :offset limit :limit
                        """)
                .param("tenant", tenant.value())
                .param("owner", owner)
                .param("offset", offset)
                .param("limit", limit)
                .query((row, _) -> toView(row))
                .list();
    }

    private static ApiKeyView toView(ResultSet row) throws SQLException {
        var used = row.getTimestamp("last_used_at");
        return new ApiKeyView(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getString("owner_username"),
                row.getString("prefix"),
                texts(row.getArray("scopes")),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("expires_at").toInstant(),
                used == null ? null : used.toInstant());
    }

    private static List<String> texts(Array array) throws SQLException {
        return List.of((String[]) array.getArray());
    }
}
