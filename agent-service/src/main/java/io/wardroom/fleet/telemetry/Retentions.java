package io.wardroom.fleet.telemetry;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.telemetry.Retention.Outcome;
import java.time.Clock;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/// How long each tenant keeps its telemetry: its own setting, or the platform's.
@Service
class Retentions {
    private static final String ACTION = "set_retention";
    private static final String ENTITY = "retention";

    private final RetentionRepository repository;
    private final TelemetryProperties properties;
    private final AuditTrail audit;
    private final Clock clock;

    Retentions(RetentionRepository repository, TelemetryProperties properties, AuditTrail audit, Clock clock) {
        this.repository = repository;
        this.properties = properties;
        this.audit = audit;
        this.clock = clock;
    }

    @Transactional(readOnly = true)
    Retention of(TenantId tenant) {
        return repository.find(tenant).orElse(properties.retention());
    }

    @Transactional
    Outcome keep(Actor actor, Caller caller, Retention wish) {
        var deed = Deed.by(actor, ACTION, ENTITY, actor.tenant())
                .with("raw_days", wish.rawDays())
                .with("hourly_days", wish.hourlyDays());
        if (wish.isLongerThan(properties.longestRetention())) {
            audit.record(deed.refused("TOO_LONG"), caller);
            return new Outcome.TooLong(properties.longestRetention());
        }
        if (wish.rawDays() > wish.hourlyDays()) {
            audit.record(deed.refused("ROLL_UPS_SHORTER_THAN_POINTS"), caller);
            return new Outcome.RollUpsShorterThanPoints();
        }
        repository.store(actor.tenant(), wish, actor.id(), clock.instant());
        audit.record(deed, caller);
        return new Outcome.Kept(wish);
    }
}
