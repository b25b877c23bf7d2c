package io.wardroom.gateway.password;

import io.wardroom.common.tenant.TenantId;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/// The table of what was mailed to people who forgot their password.
@Repository
class ResetRepository {
    private final JdbcClient jdbc;

    ResetRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// Whom a token lets choose a new password.
    record Holder(UUID user, TenantId tenant) {}

    void insert(String tokenHash, Holder holder, Instant now, Instant expiresAt) {
        jdbc.sql("""
                        insert into password_reset (token_sha256, tenant_id, user_id, created_at, expires_at)
                        values (:token, :tenant, :user, :now, :expires_at)
                        """)
                .param("token", tokenHash)
                .param("tenant", holder.tenant().value())
                .param("user", holder.user())
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("expires_at", expiresAt.atOffset(ZoneOffset.UTC))
                .update();
    }

    /// Lets one transaction at a time deal with a person's requests.
    void lock(UUID user) {
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
                .param("key", "password of " + user)
                .query((row, _) -> true)
                .single();
    }

    /// Voids the person's open tokens.
    void replace(UUID user, Instant now) {
        jdbc.sql("update password_reset set used_at = :now where user_id = :user and used_at is null")
                .param("user", user)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
    }

    int countSince(UUID user, Instant since) {
        return jdbc.sql("select count(*) from password_reset where user_id = :user and created_at > :since")
                .param("user", user)
                .param("since", since.atOffset(ZoneOffset.UTC))
                .query(Integer.class)
                .single();
    }

    /// Uses a token up. Of two transactions with the same one, one gets it; the other waits for its end.
    Optional<Holder> use(String tokenHash, Instant now) {
        return jdbc.sql("""
                        update password_reset set used_at = :now
                        where token_sha256 = :token and used_at is null and expires_at > :now
                        returning user_id, tenant_id
                        """)
                .param("token", tokenHash)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .query((row, _) -> new Holder(
                        row.getObject("user_id", UUID.class), new TenantId(row.getObject("tenant_id", UUID.class))))
                .optional();
    }

    void forgetBefore(Instant end) {
        jdbc.sql("delete from password_reset where expires_at < :end")
                .param("end", end.atOffset(ZoneOffset.UTC))
                .update();
    }
}
