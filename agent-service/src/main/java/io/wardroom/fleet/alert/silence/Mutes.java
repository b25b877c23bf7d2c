package io.wardroom.fleet.alert.silence;

import io.wardroom.common.tenant.TenantId;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/// Says what mutes an alert at a moment.
@Service
public class Mutes {
    private final SilenceRepository silences;
    private final MaintenanceRepository windows;

    Mutes(SilenceRepository silences, MaintenanceRepository windows) {
        this.silences = silences;
        this.windows = windows;
    }

    /// What mutes alerts of some tenants at one moment.
    public static final class Now {
        private final Instant at;
        private final Map<TenantId, List<Silence>> silences;
        private final Map<TenantId, List<MaintenanceWindow>> windows;

        private Now(Instant at, Map<TenantId, List<Silence>> silences, Map<TenantId, List<MaintenanceWindow>> windows) {
            this.at = at;
            this.silences = silences;
            this.windows = windows;
        }

        public boolean knows(TenantId tenant) {
            return silences.containsKey(tenant);
        }

        /// What mutes an alert: `silence <id>` or `maintenance <id>`.
        public Optional<String> by(TenantId tenant, Subject subject) {
            return silences.getOrDefault(tenant, List.of()).stream()
                    .filter(silence -> silence.mutes(subject, at))
                    .map(silence -> "silence " + silence.id())
                    .findFirst()
                    .or(() -> windows.getOrDefault(tenant, List.of()).stream()
                            .filter(window -> window.mutes(subject, at))
                            .map(window -> "maintenance " + window.id())
                            .findFirst());
        }
    }

    @Transactional(propagation = Propagation.MANDATORY)
    public Now at(Collection<TenantId> tenants, Instant at) {
        var silencesOf = new HashMap<TenantId, List<Silence>>();
        var windowsOf = new HashMap<TenantId, List<MaintenanceWindow>>();
        for (var tenant : tenants) {
            silencesOf.computeIfAbsent(tenant, one -> silences.at(one, at));
            windowsOf.computeIfAbsent(tenant, windows::all);
        }
        return new Now(at, silencesOf, windowsOf);
    }
}
