package io.wardroom.purple.technique;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.event.EventOutbox;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.PurpleTopics;
import io.wardroom.purple.catalogue.Catalogue;
import io.wardroom.purple.technique.Technique.StatusOverride;
import io.wardroom.purple.technique.TechniqueRepository.Change;
import io.wardroom.purple.technique.TechniqueRepository.Filter;
import io.wardroom.purple.technique.UpdateTechnique.Verdict;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/// What a tenant sees and says of techniques. Each change of a status is history, an event, and told to whoever listens
/// for [StatusChanged].
@Service
public class Techniques {
    private static final String ENTITY = "technique";
    private static final String BY_CATALOGUE = "catalogue";
    private static final int CHANGES_SHOWN = 50;

    private final TechniqueRepository repository;
    private final Catalogue catalogue;
    private final AuditTrail audit;
    private final EventOutbox outbox;
    private final ApplicationEventPublisher events;
    private final Clock clock;

    Techniques(
            TechniqueRepository repository,
            Catalogue catalogue,
            AuditTrail audit,
            EventOutbox outbox,
            ApplicationEventPublisher events,
            Clock clock) {
        this.repository = repository;
        this.catalogue = catalogue;
        this.audit = audit;
        this.outbox = outbox;
        this.events = events;
        this.clock = clock;
    }

    @Transactional(readOnly = true)
    public Optional<Technique> find(TenantId tenant, UUID id) {
        return repository.find(tenant, id);
    }

    @Transactional(readOnly = true)
    public Optional<Technique> find(TenantId tenant, String mitreId) {
        return repository.find(tenant, mitreId);
    }

    @Transactional(readOnly = true)
    List<Technique> list(TenantId tenant, Filter filter) {
        return repository.list(tenant, filter);
    }

    @Transactional(readOnly = true)
    List<Change> changes(TenantId tenant, UUID technique) {
        return repository.changes(tenant, technique, CHANGES_SHOWN);
    }

    /// How the tenant's techniques in use stand.
    @Transactional(readOnly = true)
    public Coverage coverage(TenantId tenant) {
        return repository.coverage(tenant, TechniquesInUse.ALL);
    }

    @Transactional(readOnly = true)
    public Coverage coverage(TenantId tenant, TechniquesInUse which) {
        return repository.coverage(tenant, which);
    }

    /// Hands each technique in use to `reader` as it is read, by their public ids; without its description.
    @Transactional(readOnly = true)
    public void eachInUse(TenantId tenant, TechniquesInUse which, Consumer<Technique> reader) {
        repository.eachInUse(tenant, which, reader);
    }

    /// The same by the short name of a tactic; a technique counts in each of its tactics.
    @Transactional(readOnly = true)
    public Map<String, Coverage> coverageByTactic(TenantId tenant) {
        return repository.coverageByTactic(tenant);
    }

    @Transactional
    CreateTechnique.Outcome create(CreateTechnique wish) {
        var tenant = wish.actor().tenant();
        var deed = Deed.by(wish.actor(), "create_technique", ENTITY, wish.mitreId())
                .with("mitre_id", wish.mitreId())
                .with("name", wish.name());
        var strange = catalogue.unknownAmong(wish.tactics());
        if (strange.isPresent()) {
            audit.record(deed.refused("VALIDATION_ERROR"), wish.caller());
            return new CreateTechnique.Outcome.NoSuchTactic(strange.get());
        }
        if (repository.countOwn(tenant) >= CreateTechnique.MOST) {
            audit.record(deed.refused("BUSINESS_RULE"), wish.caller());
            return new CreateTechnique.Outcome.TooMany(CreateTechnique.MOST);
        }
        var id = UuidV7.next();
        if (repository.find(tenant, wish.mitreId()).isPresent()
                || !repository.insertOwn(wish, catalogue.inOrder(wish.tactics()), id, clock.instant())) {
            audit.record(deed.refused("CONFLICT"), wish.caller());
            return new CreateTechnique.Outcome.Known();
        }
        audit.record(
                Deed.by(wish.actor(), "create_technique", ENTITY, id)
                        .with("mitre_id", wish.mitreId())
                        .with("name", wish.name()),
                wish.caller());
        return new CreateTechnique.Outcome.Created(repository.find(tenant, id).orElseThrow());
    }

    @Transactional
    UpdateTechnique.Outcome update(UpdateTechnique wish) {
        var tenant = wish.actor().tenant();
        var deed = Deed.by(wish.actor(), "update_technique", ENTITY, null).with("mitre_id", wish.mitreId());
        var tactics = wish.words().tactics();
        var strange = tactics == null ? Optional.<String>empty() : catalogue.unknownAmong(tactics);
        if (strange.isPresent()) {
            audit.record(deed.refused("VALIDATION_ERROR"), wish.caller());
            return new UpdateTechnique.Outcome.NoSuchTactic(strange.get());
        }
        var known = repository.find(tenant, wish.mitreId());
        if (known.isEmpty()) {
            audit.record(deed.refused("NOT_FOUND"), wish.caller());
            return new UpdateTechnique.Outcome.NoSuchTechnique();
        }
        var id = known.get().id();
        repository.holdNote(tenant, id);
        var before = repository.find(tenant, id).orElseThrow();
        if (!wish.words().isEmpty()) {
            repository.setWords(tenant, before, wish.words(), tactics == null ? null : catalogue.inOrder(tactics));
        }
        var cause = judge(wish, id);
        var after = repository.find(tenant, id).orElseThrow();
        tell(tenant, before, after, cause, wish.actor().username());
        audit.record(
                Deed.by(wish.actor(), "update_technique", ENTITY, id)
                        .with("mitre_id", wish.mitreId())
                        .with("changes", changes(before, after)),
                wish.caller());
        return new UpdateTechnique.Outcome.Updated(after);
    }

    private String judge(UpdateTechnique wish, UUID id) {
        var tenant = wish.actor().tenant();
        return switch (wish.verdict()) {
            case Verdict.Unsaid() -> "none";
            case Verdict.Override(var value, var reason) -> {
                var at = clock.instant().truncatedTo(ChronoUnit.MICROS);
                repository.setOverride(
                        tenant,
                        id,
                        new StatusOverride(value, reason, wish.actor().username(), at));
                yield "override";
            }
            case Verdict.ByTests() -> {
                repository.setOverride(tenant, id, null);
                yield "override_removed";
            }
        };
    }

    /// Marks what changed of a technique as looked at.
    ///
    /// @return nothing where there is no such technique
    @Transactional
    Optional<Technique> review(Actor actor, Caller caller, String mitreId) {
        var tenant = actor.tenant();
        var known = repository.find(tenant, mitreId);
        if (known.isEmpty()) {
            audit.record(
                    Deed.by(actor, "review_technique", ENTITY, null)
                            .with("mitre_id", mitreId)
                            .refused("NOT_FOUND"),
                    caller);
            return Optional.empty();
        }
        var id = known.get().id();
        repository.holdNote(tenant, id);
        repository.setReviewed(tenant, id, actor.username(), clock.instant());
        audit.record(
                Deed.by(actor, "review_technique", ENTITY, id)
                        .with("mitre_id", mitreId)
                        .with("was_required", known.get().reviewRequired()),
                caller);
        return repository.find(tenant, id);
    }

    /// Sets what a technique's tests say of it, in the running transaction.
    ///
    /// @param cause what led to it, such as `test`
    /// @param by    the person's name, where a person did it
    @Transactional(propagation = Propagation.MANDATORY)
    public void computed(TenantId tenant, UUID id, TechniqueStatus status, String cause, @Nullable String by) {
        repository.holdNote(tenant, id);
        var before = repository.find(tenant, id);
        if (before.isEmpty() || before.get().computed() == status) {
            return;
        }
        repository.setComputed(tenant, id, status);
        tell(tenant, before.get(), repository.find(tenant, id).orElseThrow(), cause, by);
    }

    /// As [#computed(TenantId, UUID, TechniqueStatus, String, String)], asking what the tests say once the technique is
    /// held: of two tests that change at once the second counts the first.
    @Transactional(propagation = Propagation.MANDATORY)
    public void computed(TenantId tenant, UUID id, Supplier<TechniqueStatus> said, String cause, @Nullable String by) {
        repository.holdNote(tenant, id);
        computed(tenant, id, said.get(), cause, by);
    }

    /// Gives a technique the override of another one that it succeeds, in the running transaction.
    @Transactional(propagation = Propagation.MANDATORY)
    public void carryOverride(TenantId tenant, UUID from, UUID to) {
        var override = repository.find(tenant, from).map(Technique::override).orElse(null);
        repository.holdNote(tenant, to);
        var before = repository.find(tenant, to).orElseThrow();
        repository.setOverride(tenant, to, override);
        tell(tenant, before, repository.find(tenant, to).orElseThrow(), BY_CATALOGUE, null);
    }

    /// Does `work` on what is said of a technique, and tells what became of its status.
    @Transactional(propagation = Propagation.MANDATORY)
    public void restoring(TenantId tenant, UUID technique, Runnable work) {
        var before = repository.find(tenant, technique);
        work.run();
        var after = repository.find(tenant, technique);
        if (before.isPresent() && after.isPresent()) {
            tell(tenant, before.get(), after.get(), BY_CATALOGUE, null);
        }
    }

    private void tell(TenantId tenant, Technique before, Technique after, String cause, @Nullable String by) {
        if (before.status() == after.status()) {
            return;
        }
        var change = new StatusChanged(
                after.id(),
                tenant,
                after.mitreId(),
                after.name(),
                after.tactics(),
                before.status(),
                after.status(),
                before.status().isLoweredBy(after.status()),
                cause,
                by,
                clock.instant().truncatedTo(ChronoUnit.MICROS));
        repository.insertChange(UuidV7.next(), change);
        outbox.append(PurpleTopics.COVERAGE, StatusChanged.TYPE, after.id().toString(), tenant, change.event());
        events.publishEvent(change);
    }

    private static Map<String, Map<String, @Nullable Object>> changes(Technique before, Technique after) {
        var old = values(before);
        var changes = new LinkedHashMap<String, Map<String, @Nullable Object>>();
        values(after).forEach((field, value) -> {
            if (!value.equals(old.get(field))) {
                var both = new LinkedHashMap<String, @Nullable Object>();
                both.put("before", old.get(field));
                both.put("after", value);
                changes.put(field, both);
            }
        });
        return changes;
    }

    private static Map<String, Object> values(Technique technique) {
        var override = technique.override();
        return Map.of(
                "name", technique.name(),
                "description", technique.description(),
                "tactics", technique.tactics(),
                "platforms", technique.platforms(),
                "status_global", technique.status().spelled(),
                "status_override", override == null ? "" : override.value().spelled());
    }
}
