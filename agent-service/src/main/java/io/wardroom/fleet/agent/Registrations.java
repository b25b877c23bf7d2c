package io.wardroom.fleet.agent;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.event.EventOutbox;
import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.identity.AgentIdentity;
import io.wardroom.common.identity.TokenHash;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.OpaqueToken;
import io.wardroom.fleet.agent.Agent.KeyMatch;
import io.wardroom.fleet.agent.AgentEvents.AgentRegistered;
import io.wardroom.fleet.agent.RegisterAgent.Outcome;
import io.wardroom.fleet.agent.RegisterAgent.Outcome.CredentialRefused;
import io.wardroom.fleet.agent.RegisterAgent.Outcome.KeyRefused;
import io.wardroom.fleet.agent.RegisterAgent.Outcome.OtherMachine;
import io.wardroom.fleet.agent.RegisterAgent.Outcome.Registered;
import io.wardroom.fleet.agent.RegisterAgent.Outcome.SameMachine;
import io.wardroom.fleet.enrolment.EnrolmentToken;
import io.wardroom.fleet.enrolment.EnrolmentTokens;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/// Lets machines in: a new one by an enrolment token, a known one by its own token, and none under another's name.
@Service
class Registrations {
    private final EnrolmentTokens enrolments;
    private final AgentRepository agents;
    private final Anomalies anomalies;
    private final EventOutbox outbox;
    private final AuditTrail audit;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Registrations(
            EnrolmentTokens enrolments,
            AgentRepository agents,
            Anomalies anomalies,
            EventOutbox outbox,
            AuditTrail audit,
            TransactionTemplate transaction,
            Clock clock) {
        this.enrolments = enrolments;
        this.agents = agents;
        this.anomalies = anomalies;
        this.outbox = outbox;
        this.audit = audit;
        this.transaction = transaction;
        this.clock = clock;
    }

    // The credential tells the tenant: it is looked up across tenants, everything after it within the one it named.
    Outcome register(RegisterAgent wish) {
        if (wish.credential().startsWith(AgentIdentity.TOKEN_PREFIX)) {
            var agent = TenantScope.everyTenant(() -> agents.findByToken(TokenHash.of(wish.credential())));
            return agent.map(known -> TenantScope.within(
                            known.tenant(), () -> transaction.execute(_ -> withOwnToken(known, wish))))
                    .orElseGet(CredentialRefused::new);
        }
        var token = TenantScope.everyTenant(() -> enrolments.findOpen(wish.credential()));
        return token.map(open -> TenantScope.within(
                        open.tenant(), () -> transaction.execute(_ -> withEnrolmentToken(open, wish))))
                .orElseGet(CredentialRefused::new);
    }

    private Outcome withEnrolmentToken(EnrolmentToken token, RegisterAgent wish) {
        var secret = OpaqueToken.next(AgentIdentity.TOKEN_PREFIX);
        var now = clock.instant();
        var key = wish.signingPubkey();
        var fresh = new Agent(
                UuidV7.next(),
                token.tenant(),
                wish.machine(),
                token.tags(),
                TokenHash.of(secret),
                key == null ? null : new Agent.Pin(key, now),
                List.of(),
                null,
                now,
                1);
        if (agents.insertUnlessKnown(fresh)) {
            enrolments.countUse(token);
            audit.record(
                    deed(fresh, "agent_registered")
                            .with("hostname", fresh.machine().hostname())
                            .with("enrolment_token", token.id().toString())
                            .with("key_pinned", key != null),
                    wish.caller());
            publish(fresh);
            return new Registered(fresh.id(), secret);
        }
        // another transaction may have deleted it in between: then the machine simply asks again
        return agents.lock(token.tenant(), wish.machine().machineId())
                .map(known -> admitAgain(known, wish, secret))
                .orElseGet(CredentialRefused::new);
    }

    private Outcome withOwnToken(Agent known, RegisterAgent wish) {
        if (!known.machine().machineId().equals(wish.machine().machineId())) {
            var instance = wish.instanceId();
            if (instance != null && known.refuses(instance)) {
                return asCopy(known, new Agent.Copy(known.id(), instance), wish);
            }
            return refuseOther(known, wish);
        }
        return agents.lock(known.tenant(), known.machine().machineId())
                .map(locked -> admitAgain(locked, wish, wish.credential()))
                .orElseGet(CredentialRefused::new);
    }

    /// A copy that was told so comes back as a machine of its own, with a key of its own: one machine a refused start.
    private Outcome asCopy(Agent original, Agent.Copy copy, RegisterAgent wish) {
        var key = wish.signingPubkey();
        var secret = OpaqueToken.next(AgentIdentity.TOKEN_PREFIX);
        // held, so that two with the same start come one after the other
        var locked = agents.lock(original.tenant(), original.id());
        var before = agents.findCopy(original.tenant(), copy);
        if (locked.isPresent() && before.isPresent()) {
            var isItself =
                    before.get().machine().machineId().equals(wish.machine().machineId());
            return isItself ? admitAgain(before.get(), wish, secret) : refuseOther(original, wish);
        }
        if (locked.isEmpty() || key == null || original.match(key) != KeyMatch.OTHER) {
            return refuseOther(original, wish);
        }
        var now = clock.instant();
        var fresh = new Agent(
                UuidV7.next(),
                original.tenant(),
                wish.machine(),
                original.tags(),
                TokenHash.of(secret),
                new Agent.Pin(key, now),
                List.of(),
                copy,
                now,
                1);
        if (!agents.insertUnlessKnown(fresh)) {
            return refuseOther(original, wish);
        }
        audit.record(
                deed(fresh, "agent_registered")
                        .with("hostname", fresh.machine().hostname())
                        .with("copy_of", original.id().toString())
                        .with("key_pinned", true),
                wish.caller());
        publish(fresh);
        return new Registered(fresh.id(), secret);
    }

    private Outcome refuseOther(Agent known, RegisterAgent wish) {
        audit.record(deed(known, "agent_registered").refused("OTHER_MACHINE"), wish.caller());
        return new OtherMachine();
    }

    private Outcome admitAgain(Agent known, RegisterAgent wish, String secret) {
        var match = known.match(wish.signingPubkey());
        if (match == KeyMatch.OTHER || match == KeyMatch.MISSING) {
            anomalies.open(
                    known.tenant(),
                    known.id(),
                    match == KeyMatch.OTHER ? "signature_invalid" : "unsigned_payload",
                    match == KeyMatch.OTHER ? "critical" : "high",
                    match == KeyMatch.OTHER
                            ? "A registration showed another signing key than the pinned one"
                            : "A registration showed no signing key although one is pinned",
                    Map.of("hostname", wish.machine().hostname()));
            audit.record(deed(known, "agent_registered").refused("SIGNING_KEY_REFUSED"), wish.caller());
            return new KeyRefused(known.id());
        }
        var again = known.registeredAgain(wish.machine(), TokenHash.of(secret), wish.signingPubkey(), clock.instant());
        agents.update(again);
        if (match == KeyMatch.FIRST_USE) {
            audit.record(deed(again, "agent_signing_key_pinned"), wish.caller());
        }
        audit.record(
                deed(again, "agent_registered_again")
                        .with("new_token", !again.tokenSha256().equals(known.tokenSha256())),
                wish.caller());
        publish(again);
        return new SameMachine(again.id(), secret);
    }

    private void publish(Agent agent) {
        outbox.append(
                Topics.AGENTS_IDENTITY, AgentIdentity.TYPE, agent.id().toString(), agent.tenant(), agent.identity());
        outbox.append(
                Topics.AGENTS_EVENTS,
                AgentEvents.REGISTERED,
                agent.id().toString(),
                agent.tenant(),
                new AgentRegistered(
                        agent.id(),
                        agent.tenant().value(),
                        agent.machine().hostname(),
                        agent.machine().machineId(),
                        agent.machine().agentVersion(),
                        clock.instant()));
    }

    private static Deed deed(Agent agent, String action) {
        return Deed.byAgent(agent.tenant(), agent.id(), action, "agent", agent.id());
    }
}
