package io.wardroom.fleet.alert.rule;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/// The tenant's rules, as people keep them.
@Service
class Rules {
    private final RuleRepository repository;
    private final AuditTrail audit;
    private final Clock clock;

    Rules(RuleRepository repository, AuditTrail audit, Clock clock) {
        this.repository = repository;
        this.audit = audit;
        this.clock = clock;
    }

    /// Gives tenants that never had rules the shipped ones.
    @Transactional(propagation = Propagation.MANDATORY)
    public void giveDefaults(Collection<TenantId> tenants) {
        var now = clock.instant();
        for (var tenant : repository.withoutDefaults(tenants)) {
            if (repository.markGiven(tenant, now)) {
                ShippedRules.of(tenant, now).forEach(repository::insert);
            }
        }
    }

    @Transactional
    RuleRepository.Page list(TenantId tenant, int offset, int limit) {
        giveDefaults(List.of(tenant));
        return repository.list(tenant, offset, limit);
    }

    /// @return nothing if the tenant has too many
    @Transactional
    Optional<Rule> create(Actor actor, Caller caller, Rule rule) {
        giveDefaults(List.of(actor.tenant()));
        var deed = Deed.by(actor, "create_alert_rule", "alert_rule", rule.id()).with("name", rule.name());
        if (repository.count(actor.tenant()) >= RuleRepository.MOST) {
            audit.record(deed.refused("TOO_MANY"), caller);
            return Optional.empty();
        }
        repository.insert(rule);
        audit.record(deed, caller);
        return Optional.of(rule);
    }

    /// Changes a rule; what was judged by the one before is void if it asked for something else.
    @Transactional
    Optional<Rule> change(Actor actor, Caller caller, UUID id, UnaryOperator<Rule> change) {
        return repository.lock(actor.tenant(), id).map(before -> {
            var wanted = change.apply(before);
            var version = before.conditionVersion() + (wanted.asksOtherThan(before) ? 1 : 0);
            var after = wanted.changedAt(clock.instant(), version);
            repository.update(after);
            audit.record(
                    Deed.by(actor, "change_alert_rule", "alert_rule", id)
                            .with("before", RuleView.of(before))
                            .with("after", RuleView.of(after)),
                    caller);
            return after;
        });
    }

    /// @return whether there was such a rule
    @Transactional
    boolean delete(Actor actor, Caller caller, UUID id) {
        var before = repository.lock(actor.tenant(), id);
        if (before.isEmpty() || !repository.delete(actor.tenant(), id)) {
            return false;
        }
        audit.record(
                Deed.by(actor, "delete_alert_rule", "alert_rule", id)
                        .with("name", before.get().name()),
                caller);
        return true;
    }
}
