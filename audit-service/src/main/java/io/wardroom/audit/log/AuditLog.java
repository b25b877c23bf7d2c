package io.wardroom.audit.log;

import io.wardroom.common.audit.AuditAction;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import java.util.List;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/// Keeps every deed once and shows a tenant its own.
@Service
class AuditLog {
    private final AuditLogRepository repository;
    private final TransactionTemplate transaction;

    AuditLog(AuditLogRepository repository, TransactionTemplate transaction) {
        this.repository = repository;
        this.transaction = transaction;
    }

    /// Stores deeds. Safe to call again with the same ones: a row is known by its id.
    void store(List<AuditAction> deeds) {
        TenantScope.everyTenant(() -> transaction.executeWithoutResult(_ -> repository.insert(deeds)));
    }

    /// A platform administrator also sees what belongs to no tenant, refused logins of unknown names for one.
    AuditLogRepository.Page list(Actor actor, AuditLogRepository.Filter filter, int offset, int limit) {
        var tenants = actor.platformAdmin() ? List.of(actor.tenant(), TenantId.PLATFORM) : List.of(actor.tenant());
        var page = TenantScope.within(
                tenants, () -> transaction.execute(_ -> repository.list(tenants, filter, offset, limit)));
        if (page == null) {
            throw new IllegalStateException("a page was read and is not there");
        }
        return page;
    }
}
