package io.wardroom.fleet.agent;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.event.EventOutbox;
import io.wardroom.common.event.Topics;
import io.wardroom.common.identity.AgentIdentity;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.agent.AgentEvents.AgentDeleted;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/// The tenant's agents, as people see them.
@Service
public class Agents {
    private final AgentRepository repository;
    private final EventOutbox outbox;
    private final AuditTrail audit;
    private final Clock clock;

    Agents(AgentRepository repository, EventOutbox outbox, AuditTrail audit, Clock clock) {
        this.repository = repository;
        this.outbox = outbox;
        this.audit = audit;
        this.clock = clock;
    }

    /// @param asOf the moment for which the states in it hold
    record Page(List<AgentRepository.Seen> items, long total, Instant asOf) {}

    @Transactional(readOnly = true)
    Page list(TenantId tenant, AgentRepository.Filter filter, int offset, int limit) {
        var now = clock.instant();
        var page = repository.list(tenant, filter, now, offset, limit);
        return new Page(page.items(), page.total(), now);
    }

    @Transactional(readOnly = true)
    Optional<AgentRepository.Seen> find(TenantId tenant, UUID id) {
        return repository.find(tenant, id);
    }

    /// Whether the tenant has this agent, for features that keep something of it.
    @Transactional(readOnly = true)
    public boolean exists(TenantId tenant, UUID id) {
        return repository.find(tenant, id).isPresent();
    }

    /// Removes an agent; its token is dead everywhere as soon as the tombstone has been read.
    ///
    /// @return whether there was such an agent
    @Transactional
    boolean delete(Actor actor, Caller caller, UUID id) {
        var deleted = repository.delete(actor.tenant(), id);
        deleted.ifPresent(agent -> {
            outbox.append(Topics.AGENTS_IDENTITY, AgentIdentity.TYPE, id.toString(), agent.tenant(), null);
            outbox.append(
                    Topics.AGENTS_EVENTS,
                    AgentEvents.DELETED,
                    id.toString(),
                    agent.tenant(),
                    new AgentDeleted(id, agent.tenant().value(), agent.machine().hostname(), clock.instant()));
            audit.record(
                    Deed.by(actor, "delete_agent", "agent", id)
                            .with("hostname", agent.machine().hostname()),
                    caller);
        });
        return deleted.isPresent();
    }
}
