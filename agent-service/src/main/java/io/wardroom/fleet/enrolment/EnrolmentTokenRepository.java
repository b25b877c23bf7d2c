package io.wardroom.fleet.enrolment;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

@Repository
class EnrolmentTokenRepository {
    private static final String COLUMNS =
            "id, tenant_id, label, tags, created_by, created_at, expires_at, uses, last_used_at, revoked_at";

    private final JdbcClient jdbc;

    EnrolmentTokenRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    record Page(List<EnrolmentToken> items, long total) {}

    void insert(EnrolmentToken token, String hash) {
        jdbc.sql("""
                        insert into enrolment_token
                            (id, tenant_id, label, tags, token_sha256, created_by, created_at, expires_at)
                        values (:id, :tenant, :label, :tags, :hash, :createdBy, :createdAt, :expiresAt)
                        """)
                .param("id", token.id())
                .param("tenant", token.tenant().value())
                .param("label", token.label())
                .param("tags", token.tags().toArray(String[]::new))
                .param("hash", hash)
                .param("createdBy", token.createdBy())
                .param("createdAt", Timestamp.from(token.createdAt()))
                .param("expiresAt", Timestamp.from(token.expiresAt()))
                .update();
    }

    Page list(TenantId tenant, int offset, int limit) {
        var items = jdbc.sql("""
                        select %s from enrolment_token where tenant_id = :tenant
                        order by created_at desc, id desc offset :offset limit :limit
                        """.formatted(COLUMNS))
                .param("tenant", tenant.value())
                .param("offset", offset)
                .param("limit", limit)
                .query(EnrolmentTokenRepository::toToken)
                .list();
        var total = jdbc.sql("select count(*) from enrolment_token where tenant_id = :tenant")
                .param("tenant", tenant.value())
                .query(Long.class)
                .single();
        return new Page(items, total);
    }

    boolean revoke(TenantId tenant, UUID id, Instant now) {
        return jdbc.sql("""
                        update enrolment_token set revoked_at = :now
                        where tenant_id = :tenant and id = :id and revoked_at is null
                        """)
                        .param("now", Timestamp.from(now))
                        .param("tenant", tenant.value())
                        .param("id", id)
                        .update()
                == 1;
    }

    /// Across tenants: the hash of 256 random bits says by itself whose it is.
    Optional<EnrolmentToken> findByHash(String hash) {
        return jdbc.sql("select %s from enrolment_token where token_sha256 = :hash".formatted(COLUMNS))
                .param("hash", hash)
                .query(EnrolmentTokenRepository::toToken)
                .optional();
    }

    void countUse(TenantId tenant, UUID id, Instant now) {
        jdbc.sql("""
                        update enrolment_token set uses = uses + 1, last_used_at = :now
                        where tenant_id = :tenant and id = :id
                        """)
                .param("now", Timestamp.from(now))
                .param("tenant", tenant.value())
                .param("id", id)
                .update();
    }

    private static EnrolmentToken toToken(ResultSet row, int number) throws SQLException {
        return new EnrolmentToken(
                row.getObject("id", UUID.class),
                new TenantId(row.getObject("tenant_id", UUID.class)),
                row.getString("label"),
                Columns.texts(row, "tags"),
                row.getObject("created_by", UUID.class),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("expires_at").toInstant(),
                row.getInt("uses"),
                Columns.instant(row, "last_used_at"),
                Columns.instant(row, "revoked_at"));
    }
}
