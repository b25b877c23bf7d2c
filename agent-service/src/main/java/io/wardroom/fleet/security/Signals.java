package io.wardroom.fleet.security;

import io.wardroom.common.event.EventOutbox;
import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.Inbox;
import io.wardroom.fleet.agent.Agents;
import io.wardroom.fleet.alert.Alerts;
import io.wardroom.fleet.inventory.PackageChanges;
import io.wardroom.fleet.security.Signal.HoneypotTripped;
import io.wardroom.fleet.security.Signal.ProcessSeen;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/// Judges what agents saw: a touched canary is an alarm, a program is held against what it was at first.
@Service
class Signals {
    private static final String TRIPPED = "io.wardroom.honeypot.tripped.v1";

    private final Inbox inbox;
    private final Agents agents;
    private final SecurityRepository repository;
    private final PackageChanges upgrades;
    private final Alerts alerts;
    private final EventOutbox outbox;
    private final SecurityProperties properties;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Signals(
            Inbox inbox,
            Agents agents,
            SecurityRepository repository,
            PackageChanges upgrades,
            Alerts alerts,
            EventOutbox outbox,
            SecurityProperties properties,
            TransactionTemplate transaction,
            Clock clock) {
        this.inbox = inbox;
        this.agents = agents;
        this.repository = repository;
        this.upgrades = upgrades;
        this.alerts = alerts;
        this.outbox = outbox;
        this.properties = properties;
        this.transaction = transaction;
        this.clock = clock;
    }

    /// Published on `agents.events.v1`, keyed by agent.
    record HoneypotEvent(
            UUID id,
            UUID agentId,
            UUID tenantId,
            String path,
            String action,
            @Nullable String processName,
            @Nullable Long processPid,
            Instant observedAt) {}

    /// Safe to call twice with the same event. What an agent says that is gone is passed over.
    void take(UUID event, TenantId tenant, UUID agent, List<Signal> signals, Instant receivedAt) {
        TenantScope.within(tenant, () -> {
            transaction.executeWithoutResult(_ -> {
                if (agents.exists(tenant, agent) && inbox.accept(event)) {
                    signals.forEach(signal -> judge(tenant, agent, signal, receivedAt));
                }
            });
            return true;
        });
    }

    private void judge(TenantId tenant, UUID agent, Signal signal, Instant receivedAt) {
        switch (signal) {
            case HoneypotTripped tripped -> alarm(tenant, agent, tripped, receivedAt);
            case ProcessSeen seen -> compare(tenant, agent, seen);
        }
    }

    private void alarm(TenantId tenant, UUID agent, HoneypotTripped tripped, Instant receivedAt) {
        var id = UuidV7.next();
        repository.insert(id, tenant, agent, tripped, receivedAt);
        outbox.append(
                Topics.AGENTS_EVENTS,
                TRIPPED,
                agent.toString(),
                tenant,
                new HoneypotEvent(
                        id,
                        agent,
                        tenant.value(),
                        tripped.path(),
                        tripped.action(),
                        tripped.processName(),
                        tripped.processPid(),
                        tripped.observedAt()));
        alerts.raise(
                tenant,
                agent,
                new Alerts.Raised(
                        null,
                        "honeypot",
                        "critical",
                        "Honeypot tripped: " + tripped.path(),
                        "%s by %s"
                                .formatted(
                                        tripped.action(),
                                        tripped.processName() == null ? "an unknown process" : tripped.processName()),
                        "honeypot/%s/%s".formatted(agent, tripped.path()),
                        tripped.observedAt()));
    }

    private void compare(TenantId tenant, UUID agent, ProcessSeen seen) {
        var baseline = repository.baseline(tenant, agent, seen);
        if (baseline.isEmpty() || baseline.get().equalsIgnoreCase(seen.exeSha256())) {
            return;
        }
        // the inventory is looked through every few minutes: the upgrade may be told after the program
        var from = seen.observedAt().minus(properties.upgradedWithin());
        var to = seen.observedAt().plus(properties.upgradedWithin());
        if (upgrades.happened(tenant, agent, from, to)) {
            repository.replaceBaseline(tenant, agent, seen);
        } else {
            repository.insertFinding(UuidV7.next(), tenant, agent, seen, baseline.get());
        }
    }

    @Scheduled(cron = "0 51 3 * * *")
    @SchedulerLock(name = "security-forget", lockAtMostFor = "45s", lockAtLeastFor = "1m")
    void forgetOld() {
        var before = clock.instant().minus(properties.retention());
        TenantScope.everyTenant(() -> transaction.executeWithoutResult(_ -> repository.deleteBefore(before)));
    }
}
