package io.wardroom.audit.eventexport;

import io.wardroom.audit.eventexport.EventExport.Outcome;
import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.springframework.kafka.KafkaException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/// Which tenants have their events copied.
@Service
class EventExports {
    private static final String ACTION = "set_event_export";
    private static final String ENTITY = "event_export";

    private final EventExportRepository repository;
    private final TenantTopics topics;
    private final EventExportProperties properties;
    private final AuditTrail audit;
    private final TransactionTemplate transaction;
    private final Clock clock;

    EventExports(
            EventExportRepository repository,
            TenantTopics topics,
            EventExportProperties properties,
            AuditTrail audit,
            TransactionTemplate transaction,
            Clock clock) {
        this.repository = repository;
        this.topics = topics;
        this.properties = properties;
        this.audit = audit;
        this.transaction = transaction;
        this.clock = clock;
    }

    @Transactional(readOnly = true)
    public EventExport of(TenantId tenant) {
        return repository.find(tenant).orElse(EventExport.OFF);
    }

    /// Switches it. The topics are there before anything says that it is on.
    Outcome set(Actor actor, Caller caller, boolean wanted) {
        var deed = Deed.by(actor, ACTION, ENTITY, actor.tenant()).with("enabled", wanted);
        if (wanted && acrossTenants(() -> hasRoom(actor.tenant()))) {
            try {
                topics.provide(actor.tenant());
            } catch (KafkaException away) {
                return acrossTenants(() -> {
                    audit.record(deed.refused("UNAVAILABLE"), caller);
                    return new Outcome.BrokerAway();
                });
            }
        }
        return acrossTenants(() -> decide(actor, caller, wanted, deed));
    }

    private Outcome decide(Actor actor, Caller caller, boolean wanted, Deed deed) {
        repository.lock();
        var tenant = actor.tenant();
        if (wanted && !hasRoom(tenant)) {
            audit.record(deed.refused("BUSINESS_RULE"), caller);
            return new Outcome.NoRoom(properties.mostTenants());
        }
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var before = repository.find(tenant).orElse(EventExport.OFF);
        var after = !wanted ? EventExport.OFF : before.enabled() ? before : new EventExport(now);
        repository.store(tenant, after, actor.id(), now);
        audit.record(deed, caller);
        return new Outcome.Switched(after);
    }

    private boolean hasRoom(TenantId tenant) {
        return repository.countOthers(tenant) < properties.mostTenants();
    }

    /// The tenants whose events are copied now, each with since when.
    Map<TenantId, Instant> enabled() {
        return acrossTenants(() -> repository.enabled());
    }

    private <R> R acrossTenants(Supplier<R> work) {
        return TenantScope.everyTenant(() -> Objects.requireNonNull(transaction.execute(_ -> work.get())));
    }
}
