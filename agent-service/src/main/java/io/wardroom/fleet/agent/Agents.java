package io.wardroom.fleet.agent;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.event.EventOutbox;
import io.wardroom.common.event.Topics;
import io.wardroom.common.identity.AgentIdentity;
import io.wardroom.common.identity.TokenHash;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.OpaqueToken;
import io.wardroom.fleet.agent.AgentEvents.AgentDeleted;
import io.wardroom.fleet.agent.EditAgent.Outcome.Edited;
import io.wardroom.fleet.agent.EditAgent.Outcome.NoSuchAgent;
import io.wardroom.fleet.agent.EditAgent.Outcome.TooMany;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/// The tenant's agents, as people see them.
@Service
public class Agents {
    private static final String AGENT = "agent";

    private final AgentRepository repository;
    private final Anomalies anomalies;
    private final EventOutbox outbox;
    private final AuditTrail audit;
    private final Clock clock;

    Agents(AgentRepository repository, Anomalies anomalies, EventOutbox outbox, AuditTrail audit, Clock clock) {
        this.repository = repository;
        this.anomalies = anomalies;
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

    /// Keeps an agent from being deleted until the running transaction ends.
    ///
    /// @return whether the tenant has it
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean hold(TenantId tenant, UUID id) {
        return repository.lockMarks(tenant, id).isPresent();
    }

    /// Tags and labels an agent otherwise; what was before is on record.
    @Transactional
    public EditAgent.Outcome edit(EditAgent wish) {
        var tenant = wish.actor().tenant();
        var deed = Deed.by(wish.actor(), "update_agent", "agent", wish.agent());
        var marks = repository.lockMarks(tenant, wish.agent()).orElse(null);
        if (marks == null) {
            audit.record(deed.refused("NOT_FOUND"), wish.caller());
            return new NoSuchAgent();
        }
        var tags = new LinkedHashSet<>(wish.tags() == null ? marks.tags() : wish.tags());
        tags.addAll(wish.addTags());
        tags.removeAll(wish.removeTags());
        var own = new TreeMap<>(marks.ownLabels());
        wish.labels().forEach((name, value) -> {
            own.put(name, value);
            if (value == null && !marks.labels().containsKey(name)) {
                own.remove(name);
            }
        });
        var labels = shown(marks.labels(), own);
        if (tags.size() > EditAgent.MOST_TAGS) {
            return refused(deed, wish, new TooMany("tags", EditAgent.MOST_TAGS));
        }
        if (labels.size() > EditAgent.MOST_LABELS || own.size() > 2 * EditAgent.MOST_LABELS) {
            return refused(deed, wish, new TooMany("labels", EditAgent.MOST_LABELS));
        }
        repository.mark(tenant, wish.agent(), List.copyOf(tags), own);
        audit.record(
                deed.with("before", Map.of("tags", marks.tags(), "labels", shown(marks.labels(), marks.ownLabels())))
                        .with("after", Map.of("tags", List.copyOf(tags), "labels", labels)),
                wish.caller());
        return new Edited();
    }

    private EditAgent.Outcome refused(Deed deed, EditAgent wish, TooMany outcome) {
        audit.record(deed.refused("BUSINESS_RULE").with("too_many", outcome.what()), wish.caller());
        return outcome;
    }

    private static Map<String, String> shown(Map<String, String> machine, Map<String, @Nullable String> own) {
        var labels = new TreeMap<>(machine);
        own.forEach((name, value) -> {
            if (value == null) {
                labels.remove(name);
            } else {
                labels.put(name, value);
            }
        });
        return labels;
    }

    /// Replaces an agent's token; the old one is dead everywhere as soon as the new identity has been read.
    ///
    /// @return the new token, which nobody sees again
    @Transactional
    Optional<String> rotateToken(Actor actor, Caller caller, UUID id) {
        return repository.lock(actor.tenant(), id).map(agent -> {
            var secret = OpaqueToken.next(AgentIdentity.TOKEN_PREFIX);
            change(agent.withToken(TokenHash.of(secret)));
            audit.record(Deed.by(actor, "agent_token_rotated", AGENT, id), caller);
            return secret;
        });
    }

    /// Forgets an agent's signing key, so that the next one it shows is pinned.
    ///
    /// @return whether there is such an agent
    @Transactional
    boolean clearSigningKey(Actor actor, Caller caller, UUID id) {
        var found = repository.lock(actor.tenant(), id);
        found.ifPresent(agent -> {
            change(agent.withoutPin());
            audit.record(
                    Deed.by(actor, "agent_signing_key_cleared", AGENT, id).with("was_pinned", agent.pin() != null),
                    caller);
        });
        return found.isPresent();
    }

    /// Takes one start of an agent for a copy of it, in the running transaction: the doors refuse its batches as soon
    /// as they have read the new identity. Nothing happens where it is refused already or the agent is gone.
    @Transactional(propagation = Propagation.MANDATORY)
    public void refuseInstance(TenantId tenant, UUID id, String instance) {
        repository
                .lock(tenant, id)
                .filter(agent -> !agent.refuses(instance))
                .ifPresent(agent -> change(agent.refusing(instance)));
    }

    private void change(Agent agent) {
        repository.update(agent);
        outbox.append(
                Topics.AGENTS_IDENTITY, AgentIdentity.TYPE, agent.id().toString(), agent.tenant(), agent.identity());
    }

    /// Removes an agent; its token is dead everywhere as soon as the tombstone has been read.
    ///
    /// @return whether there was such an agent
    @Transactional
    public boolean delete(Actor actor, Caller caller, UUID id) {
        var deleted = repository.delete(actor.tenant(), id);
        deleted.ifPresent(agent -> {
            anomalies.resolveAll(agent.tenant(), id);
            outbox.append(Topics.AGENTS_IDENTITY, AgentIdentity.TYPE, id.toString(), agent.tenant(), null);
            outbox.append(
                    Topics.AGENTS_EVENTS,
                    AgentEvents.DELETED,
                    id.toString(),
                    agent.tenant(),
                    new AgentDeleted(id, agent.tenant().value(), agent.machine().hostname(), clock.instant()));
            audit.record(
                    Deed.by(actor, "delete_agent", AGENT, id)
                            .with("hostname", agent.machine().hostname()),
                    caller);
        });
        return deleted.isPresent();
    }
}
