package io.wardroom.fleet.enrolment;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.identity.TokenHash;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.OpaqueToken;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/// Makes, lists, revokes and redeems enrolment tokens.
@Service
public class EnrolmentTokens {
    private final EnrolmentTokenRepository repository;
    private final AuditTrail audit;
    private final Clock clock;

    EnrolmentTokens(EnrolmentTokenRepository repository, AuditTrail audit, Clock clock) {
        this.repository = repository;
        this.audit = audit;
        this.clock = clock;
    }

    /// A new token beside its row.
    ///
    /// @param secret shown to the caller this once
    record Issued(EnrolmentToken token, String secret) {}

    @Transactional
    Issued issue(Actor actor, Caller caller, String label, Duration lifetime, List<String> tags) {
        var now = clock.instant();
        var secret = OpaqueToken.next(EnrolmentToken.PREFIX);
        var token = new EnrolmentToken(
                UuidV7.next(),
                actor.tenant(),
                label,
                List.copyOf(tags),
                actor.id(),
                now,
                now.plus(lifetime),
                0,
                null,
                null);
        repository.insert(token, TokenHash.of(secret));
        audit.record(
                Deed.by(actor, "create_enrolment_token", "enrolment_token", token.id())
                        .with("label", label)
                        .with("expires_at", token.expiresAt().toString()),
                caller);
        return new Issued(token, secret);
    }

    @Transactional(readOnly = true)
    EnrolmentTokenRepository.Page list(TenantId tenant, int offset, int limit) {
        return repository.list(tenant, offset, limit);
    }

    /// @return whether there was such a token to revoke
    @Transactional
    boolean revoke(Actor actor, Caller caller, UUID id) {
        if (!repository.revoke(actor.tenant(), id, clock.instant())) {
            return false;
        }
        audit.record(Deed.by(actor, "revoke_enrolment_token", "enrolment_token", id), caller);
        return true;
    }

    /// The token behind a secret, if it still lets machines in. Asked before a tenant is known.
    @Transactional(readOnly = true)
    public Optional<EnrolmentToken> findOpen(String secret) {
        var now = clock.instant();
        return repository.findByHash(TokenHash.of(secret)).filter(token -> token.isOpenAt(now));
    }

    /// Counts one machine that came in by it; belongs to the registration's transaction.
    @Transactional
    public void countUse(EnrolmentToken token) {
        repository.countUse(token.tenant(), token.id(), clock.instant());
    }
}
