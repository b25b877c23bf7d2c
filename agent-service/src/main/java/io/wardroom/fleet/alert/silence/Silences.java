package io.wardroom.fleet.alert.silence;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/// The tenant's silences and maintenance windows, as people keep them.
@Service
class Silences {
    private static final Duration REMEMBERED = Duration.ofDays(400);
    private static final int FORGOTTEN_AT_ONCE = 1_000;

    private final SilenceRepository silences;
    private final MaintenanceRepository windows;
    private final AuditTrail audit;
    private final Clock clock;

    Silences(SilenceRepository silences, MaintenanceRepository windows, AuditTrail audit, Clock clock) {
        this.silences = silences;
        this.windows = windows;
        this.audit = audit;
        this.clock = clock;
    }

    /// @return nothing if the tenant has too many
    @Transactional
    Optional<Silence> silence(
            Actor actor, Caller caller, Silence.Scope scope, Instant startsAt, Instant endsAt, String reason) {
        var now = clock.instant();
        silences.forget(now.minus(REMEMBERED), FORGOTTEN_AT_ONCE);
        var silence = new Silence(UuidV7.next(), scope, startsAt, endsAt, reason, actor.username(), now);
        var deed = Deed.by(actor, "create_silence", "silence", silence.id())
                .with("ends_at", endsAt.toString())
                .with("reason", reason);
        if (silences.countOpen(actor.tenant(), now) >= SilenceRepository.MOST) {
            audit.record(deed.refused("TOO_MANY"), caller);
            return Optional.empty();
        }
        silences.insert(actor.tenant(), silence);
        audit.record(deed, caller);
        return Optional.of(silence);
    }

    @Transactional(readOnly = true)
    SilenceRepository.Page list(TenantId tenant, boolean active, int offset, int limit) {
        return silences.list(tenant, active, clock.instant(), offset, limit);
    }

    /// @return whether there was such a silence
    @Transactional
    boolean delete(Actor actor, Caller caller, UUID id) {
        if (!silences.delete(actor.tenant(), id)) {
            return false;
        }
        audit.record(Deed.by(actor, "delete_silence", "silence", id), caller);
        return true;
    }

    /// @return nothing if the tenant has too many
    @Transactional
    Optional<MaintenanceWindow> maintain(
            Actor actor,
            Caller caller,
            String name,
            List<UUID> agents,
            List<String> tags,
            MaintenanceWindow.Schedule schedule) {
        var window =
                new MaintenanceWindow(UuidV7.next(), name, agents, tags, schedule, actor.username(), clock.instant());
        var deed = Deed.by(actor, "create_maintenance_window", "maintenance_window", window.id())
                .with("name", name);
        if (windows.count(actor.tenant()) >= MaintenanceRepository.MOST) {
            audit.record(deed.refused("TOO_MANY"), caller);
            return Optional.empty();
        }
        windows.insert(actor.tenant(), window);
        audit.record(deed, caller);
        return Optional.of(window);
    }

    @Transactional(readOnly = true)
    MaintenanceRepository.Page listWindows(TenantId tenant, int offset, int limit) {
        return windows.list(tenant, offset, limit);
    }

    /// @return whether there was such a window
    @Transactional
    boolean deleteWindow(Actor actor, Caller caller, UUID id) {
        if (!windows.delete(actor.tenant(), id)) {
            return false;
        }
        audit.record(Deed.by(actor, "delete_maintenance_window", "maintenance_window", id), caller);
        return true;
    }
}
