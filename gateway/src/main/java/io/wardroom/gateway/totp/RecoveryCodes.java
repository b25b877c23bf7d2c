package io.wardroom.gateway.totp;

import io.wardroom.common.tenant.TenantId;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/// Everybody's recovery codes, as hashes; to be called within a transaction.
@Repository
class RecoveryCodes {
    private final JdbcClient jdbc;

    RecoveryCodes(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// Puts codes in the place of those the person had.
    void replace(TenantId tenant, UUID user, List<RecoveryCode> codes) {
        removeAll(tenant, user);
        for (var code : codes) {
            jdbc.sql("""
                            insert into recovery_code (user_id, code_sha256, tenant_id, created_at)
                            values (:user, :code, :tenant, now())
                            """)
                    .param("user", user)
                    .param("code", code.hash())
                    .param("tenant", tenant.value())
                    .update();
        }
    }

    boolean isUnused(TenantId tenant, UUID user, RecoveryCode code) {
        return jdbc.sql("""
                        select exists (select from recovery_code
                        where tenant_id = :tenant and user_id = :user and code_sha256 = :code and used_at is null)
                        """)
                .param("tenant", tenant.value())
                .param("user", user)
                .param("code", code.hash())
                .query(Boolean.class)
                .single();
    }

    /// Whether this call is the one that uses the code up.
    boolean use(TenantId tenant, UUID user, RecoveryCode code) {
        return jdbc.sql("""
                        update recovery_code set used_at = now()
                        where tenant_id = :tenant and user_id = :user and code_sha256 = :code and used_at is null
                        """)
                        .param("tenant", tenant.value())
                        .param("user", user)
                        .param("code", code.hash())
                        .update()
                == 1;
    }

    void removeAll(TenantId tenant, UUID user) {
        jdbc.sql("delete from recovery_code where tenant_id = :tenant and user_id = :user")
                .param("tenant", tenant.value())
                .param("user", user)
                .update();
    }
}
