package io.wardroom.gateway.invitation;

import io.wardroom.common.security.Role;
import io.wardroom.common.tenant.TenantId;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/// The table of invitations.
@Repository
class InvitationRepository {
    private final JdbcClient jdbc;

    InvitationRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// What somebody who shows a token is invited to.
    record Invited(UUID id, TenantId tenant, String email, Role role) {}

    void insert(InvitationView invitation, TenantId tenant, String tokenHash, UUID invitedBy) {
        jdbc.sql("""
                        insert into invitation (id, tenant_id, email, role, token_sha256, invited_by, created_at, expires_at)
                        values (:id, :tenant, :email, :role, :token, :invited_by, :created_at, :expires_at)
                        """)
                .param("id", invitation.id())
                .param("tenant", tenant.value())
                .param("email", invitation.email())
                .param("role", invitation.role())
                .param("token", tokenHash)
                .param("invited_by", invitedBy)
                .param("created_at", invitation.createdAt().atOffset(ZoneOffset.UTC))
                .param("expires_at", invitation.expiresAt().atOffset(ZoneOffset.UTC))
                .update();
    }

    /// Voids what is still open for that address.
    void replace(TenantId tenant, String email, Instant now) {
        jdbc.sql("""
                        update invitation set replaced_at = :now
                        where tenant_id = :tenant and email = :email and accepted_at is null and replaced_at is null
                        """)
                .param("tenant", tenant.value())
                .param("email", email)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
    }

    /// Marks an open invitation as accepted. Of two transactions with the same token one gets it; the other waits
    /// for its end.
    Optional<Invited> accept(String tokenHash, Instant now) {
        return jdbc.sql("""
                        update invitation set accepted_at = :now
                        where token_sha256 = :token and accepted_at is null and replaced_at is null and expires_at > :now
                        returning id, tenant_id, email, role
                        """)
                .param("token", tokenHash)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .query((row, _) -> new Invited(
                        row.getObject("id", UUID.class),
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        row.getString("email"),
                        Role.valueOf(row.getString("role").toUpperCase(Locale.ROOT))))
                .optional();
    }

    void setAcceptedBy(UUID id, UUID user) {
        jdbc.sql("update invitation set accepted_by = :user where id = :id")
                .param("id", id)
                .param("user", user)
                .update();
    }

    long count(TenantId tenant) {
        return jdbc.sql("select count(*) from invitation where tenant_id = :tenant")
                .param("tenant", tenant.value())
                .query(Long.class)
                .single();
    }

    List<InvitationView> page(TenantId tenant, Instant now, int offset, int limit) {
        return jdbc.sql("""
                        select id, email, role, expires_at, created_at,
                            case when accepted_at is not null then 'accepted'
                                 when replaced_at is not null then 'replaced'
                                 when expires_at <= :now then 'expired'
                                 else 'pending' end as status
                        from invitation where tenant_id = :tenant
                        order by created_at desc, id desc offset :offset limit :limit
                        """)
                .param("tenant", tenant.value())
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("offset", offset)
                .param("limit", limit)
                .query((row, _) -> new InvitationView(
                        row.getObject("id", UUID.class),
                        row.getString("email"),
                        row.getString("role"),
                        row.getString("status"),
                        row.getTimestamp("expires_at").toInstant(),
                        row.getTimestamp("created_at").toInstant()))
                .list();
    }
}
