package io.wardroom.fleet.governance;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.agent.Agents;
import io.wardroom.fleet.governance.GovernanceRepository.Stored;
import io.wardroom.fleet.governance.SayOfAgent.Outcome.NoSuchAgent;
import io.wardroom.fleet.governance.SayOfAgent.Outcome.Said;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/// What people say of their hosts; each change is on record with what was said before.
@Service
class Governances {
    static final String ACTION = "update_agent_governance";

    private final GovernanceRepository repository;
    private final Agents agents;
    private final AuditTrail audit;
    private final Clock clock;

    Governances(GovernanceRepository repository, Agents agents, AuditTrail audit, Clock clock) {
        this.repository = repository;
        this.agents = agents;
        this.audit = audit;
        this.clock = clock;
    }

    /// What is said of an agent, if anything.
    record Found(Optional<Stored> stored) {}

    /// @return nothing where there is no such agent
    @Transactional(readOnly = true)
    public Optional<Found> find(TenantId tenant, UUID agent) {
        return agents.exists(tenant, agent) ? Optional.of(new Found(repository.find(tenant, agent))) : Optional.empty();
    }

    @Transactional
    public SayOfAgent.Outcome say(SayOfAgent wish) {
        var tenant = wish.actor().tenant();
        var deed = Deed.by(wish.actor(), ACTION, "agent", wish.agent());
        if (!agents.hold(tenant, wish.agent())) {
            audit.record(deed.refused("NOT_FOUND"), wish.caller());
            return new NoSuchAgent();
        }
        var before =
                repository.find(tenant, wish.agent()).map(Stored::governance).orElse(Governance.NONE);
        var after = wish.replaces() ? wish.governance() : before.with(wish.governance());
        var stored = new Stored(
                after,
                clock.instant().truncatedTo(ChronoUnit.MICROS),
                wish.actor().username());
        repository.put(tenant, wish.agent(), stored);
        audit.record(deed.with("changes", before.changesTo(after)), wish.caller());
        return new Said(stored);
    }
}
