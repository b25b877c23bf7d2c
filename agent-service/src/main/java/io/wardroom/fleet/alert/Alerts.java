package io.wardroom.fleet.alert;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.event.EventOutbox;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.alert.Alert.Status;
import io.wardroom.fleet.alert.AlertEvents.AlertChanged;
import io.wardroom.fleet.alert.silence.Mutes;
import io.wardroom.fleet.alert.silence.Subject;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/// Opens, counts, announces and resolves alerts.
@Service
public class Alerts {
    /// What resolved an alert where no person did.
    public static final String SYSTEM = "system";

    /// More open ones an agent cannot have: what floods is cut off and counted.
    private static final int MOST_OPEN = 1_000;

    private final AlertRepository repository;
    private final Hosts hosts;
    private final Mutes mutes;
    private final EventOutbox outbox;
    private final AuditTrail audit;
    private final Clock clock;
    private final Counter refused;

    Alerts(
            AlertRepository repository,
            Hosts hosts,
            Mutes mutes,
            EventOutbox outbox,
            AuditTrail audit,
            Clock clock,
            MeterRegistry meters) {
        this.repository = repository;
        this.hosts = hosts;
        this.mutes = mutes;
        this.outbox = outbox;
        this.audit = audit;
        this.clock = clock;
        this.refused = meters.counter("wardroom.alerts.flooded");
    }

    /// Something to be told.
    ///
    /// @param rule        the rule it comes from, where there is one
    /// @param severity    `critical`, `high`, `medium` or `warning`
    /// @param fingerprint what makes it the same alert as an open one, unique in the tenant
    public record Raised(
            @Nullable UUID rule,
            String category,
            String severity,
            String title,
            @Nullable String detail,
            String fingerprint,
            Instant at) {}

    /// Opens an alert, or counts up the one that is open with its fingerprint; one that was resolved opens anew.
    /// Belongs to the running transaction where there is one. Nothing happens for an agent that is gone.
    ///
    /// @return the alert
    @Transactional
    public Optional<UUID> raise(TenantId tenant, UUID agent, Raised raised) {
        return hosts.find(tenant, agent)
                .flatMap(host -> raise(host, raised, mutes.at(List.of(tenant), clock.instant())));
    }

    /// As [#raise(TenantId, UUID, Raised)], for many in one transaction.
    ///
    /// @param muting what mutes alerts now
    @Transactional(propagation = Propagation.MANDATORY)
    public Optional<UUID> raise(Host host, Raised raised, Mutes.Now muting) {
        if (repository.countOpen(host.tenant(), host.id()) >= MOST_OPEN) {
            refused.increment();
            return Optional.empty();
        }
        var mutedBy = muting.by(
                host.tenant(),
                new Subject(host.id(), host.tags(), raised.rule(), raised.category(), raised.severity()));
        var put = repository.put(
                new Alert(
                        UuidV7.next(),
                        host.tenant(),
                        host.id(),
                        raised.rule(),
                        raised.category(),
                        raised.severity(),
                        raised.title(),
                        raised.detail(),
                        Status.OPEN,
                        1,
                        mutedBy.orElse(null),
                        mutedBy.isPresent() ? null : clock.instant(),
                        raised.at(),
                        raised.at(),
                        null,
                        null,
                        null,
                        null),
                raised.fingerprint());
        if (put.fresh() && put.alert().announcedAt() != null) {
            publish(AlertEvents.CREATED, put.alert());
        }
        return Optional.of(put.alert().id());
    }

    /// Resolves an alert whose condition does not hold any more; nothing happens if it is resolved already.
    @Transactional(propagation = Propagation.MANDATORY)
    public void resolve(TenantId tenant, UUID id, Instant at) {
        repository.resolve(tenant, id, SYSTEM, at).ifPresent(this::publishResolved);
    }

    /// Resolves the open alert with a fingerprint, if there is one.
    @Transactional
    public void resolve(TenantId tenant, String fingerprint) {
        repository
                .resolveByFingerprint(tenant, fingerprint, SYSTEM, clock.instant())
                .ifPresent(this::publishResolved);
    }

    @Transactional
    ChangeAlert.Outcome change(Actor actor, Caller caller, UUID id, Status target) {
        // states before alerts, as whoever judges them takes them
        repository.lockState(id);
        var found = repository.lock(actor.tenant(), id);
        if (found.isEmpty()) {
            return new ChangeAlert.Outcome.NoSuchAlert();
        }
        var deed = Deed.by(actor, target == Status.RESOLVED ? "resolve_alert" : "acknowledge_alert", "alert", id);
        var before = found.get().status();
        if (!before.next().contains(target)) {
            audit.record(deed.refused("INVALID_TRANSITION"), caller);
            return new ChangeAlert.Outcome.NotFrom(before);
        }
        Alert after;
        if (target == Status.RESOLVED) {
            after = repository
                    .resolve(actor.tenant(), id, actor.username(), clock.instant())
                    .orElseThrow(() -> new IllegalStateException("alert %s changed while it was locked".formatted(id)));
            repository.forgetState(id);
            publishResolved(after);
        } else {
            after = repository.acknowledge(actor.tenant(), id, actor.username(), clock.instant());
            if (after.announcedAt() != null) {
                publish(AlertEvents.ACKNOWLEDGED, after);
            }
        }
        audit.record(deed.with("title", after.title()), caller);
        return new ChangeAlert.Outcome.Changed(after);
    }

    @Transactional(readOnly = true)
    AlertRepository.Page list(
            TenantId tenant, AlertRepository.Filter filter, @Nullable UUID behind, int offset, int limit) {
        return repository.list(tenant, filter, behind, offset, limit);
    }

    /// Announces muted alerts that nothing mutes any more, one bounded step.
    ///
    /// @return behind which id to go on, nothing at the end
    @Transactional
    public Optional<UUID> announceUnmuted(@Nullable UUID behind, int most, Instant now) {
        var muted = repository.muted(behind, most);
        if (muted.isEmpty()) {
            return Optional.empty();
        }
        var muting = mutes.at(muted.stream().map(Alert::tenant).distinct().toList(), now);
        var tags = new HashMap<UUID, List<String>>();
        hosts.of(muted.stream().map(Alert::agent).distinct().toList())
                .forEach(host -> tags.put(host.id(), host.tags()));
        for (var alert : muted) {
            var subject = new Subject(
                    alert.agent(),
                    tags.getOrDefault(alert.agent(), List.of()),
                    alert.rule(),
                    alert.category(),
                    alert.severity());
            if (muting.by(alert.tenant(), subject).isEmpty()) {
                publish(AlertEvents.CREATED, repository.announce(alert.tenant(), alert.id(), now));
            }
        }
        return Optional.of(muted.getLast().id());
    }

    /// Resolves alerts that agents raised and did not repeat, one bounded step.
    ///
    /// @return how many
    @Transactional
    public int resolveQuiet(Instant lastBefore, int most) {
        var quiet = repository.quiet(lastBefore, most);
        quiet.forEach(alert -> repository
                .resolve(alert.tenant(), alert.id(), SYSTEM, clock.instant())
                .ifPresent(this::publishResolved));
        return quiet.size();
    }

    /// Deletes what was resolved long ago, one bounded step.
    @Transactional
    public int forget(Instant resolvedBefore, int most) {
        return repository.deleteResolved(resolvedBefore, most);
    }

    private void publishResolved(Alert alert) {
        // of one that stayed muted nobody has heard
        if (alert.announcedAt() != null) {
            publish(AlertEvents.RESOLVED, alert);
        }
    }

    private void publish(String type, Alert alert) {
        outbox.append(AlertEvents.TOPIC, type, alert.agent().toString(), alert.tenant(), AlertChanged.of(alert));
    }
}
