package io.wardroom.purple.template;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.template.TemplateRepository.Filter;
import io.wardroom.purple.template.TemplateRepository.Stats;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/// The templates a tenant sees.
@Service
public class Templates {
    static final String CUSTOM = "custom";

    private static final String ENTITY = "test_template";

    private final TemplateRepository repository;
    private final AuditTrail audit;
    private final Clock clock;

    Templates(TemplateRepository repository, AuditTrail audit, Clock clock) {
        this.repository = repository;
        this.audit = audit;
        this.clock = clock;
    }

    record Page(List<Template> items, long total) {}

    @Transactional(readOnly = true)
    Page list(TenantId tenant, Filter filter, int offset, int limit) {
        return new Page(repository.list(tenant, filter, offset, limit), repository.count(tenant, filter));
    }

    @Transactional(readOnly = true)
    public Optional<Template> find(TenantId tenant, UUID id) {
        return repository.find(tenant, id);
    }

    @Transactional(readOnly = true)
    Stats stats(TenantId tenant) {
        return repository.stats(tenant);
    }

    @Transactional
    CreateTemplate.Outcome create(CreateTemplate wish) {
        var tenant = wish.actor().tenant();
        var verb = "create_test_template";
        if (repository.countOwn(tenant) >= CreateTemplate.MOST) {
            audit.record(Deed.by(wish.actor(), verb, ENTITY, null).refused("BUSINESS_RULE"), wish.caller());
            return new CreateTemplate.Outcome.TooMany(CreateTemplate.MOST);
        }
        var template = new Template(
                UuidV7.next(),
                wish.mitreTechniqueId(),
                null,
                wish.name(),
                wish.description(),
                CUSTOM,
                wish.sourceUrl(),
                wish.platforms(),
                wish.severity(),
                wish.toolSuggested(),
                wish.attackProcedure(),
                wish.expectedDetection(),
                wish.suggestedRemediation(),
                wish.atomicTestId(),
                true,
                clock.instant().truncatedTo(ChronoUnit.MICROS));
        repository.insertOwn(tenant, template, wish.actor().username());
        audit.record(
                Deed.by(wish.actor(), verb, ENTITY, template.id())
                        .with("name", template.name())
                        .with("mitre_technique_id", template.mitreTechniqueId()),
                wish.caller());
        return new CreateTemplate.Outcome.Created(
                repository.find(tenant, template.id()).orElseThrow());
    }

    /// Turns a template on where it was off for the tenant, and off where it was on.
    @Transactional
    Optional<Template> toggle(Actor actor, Caller caller, UUID id) {
        var tenant = actor.tenant();
        var verb = "toggle_test_template";
        var before = repository.find(tenant, id);
        if (before.isEmpty()) {
            audit.record(Deed.by(actor, verb, ENTITY, id).refused("NOT_FOUND"), caller);
            return Optional.empty();
        }
        var active = repository.toggle(tenant, id, !before.get().active());
        audit.record(
                Deed.by(actor, verb, ENTITY, id)
                        .with("name", before.get().name())
                        .with("is_active", active),
                caller);
        return repository.find(tenant, id);
    }
}
