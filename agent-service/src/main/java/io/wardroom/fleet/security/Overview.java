package io.wardroom.fleet.security;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.security.SecurityController.SecurityView;
import java.time.Clock;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/// What points at an intruder, as people see it.
@Service
class Overview {
    private final SecurityRepository repository;
    private final SecurityProperties properties;
    private final Clock clock;

    Overview(SecurityRepository repository, SecurityProperties properties, Clock clock) {
        this.repository = repository;
        this.properties = properties;
        this.clock = clock;
    }

    @Transactional(readOnly = true)
    public SecurityView of(TenantId tenant) {
        return new SecurityView(
                repository.honeypots(tenant, properties.shown()),
                repository.findings(tenant, properties.shown()),
                repository.silent(tenant, clock.instant().minus(properties.silentAfter()), properties.shown()));
    }
}
