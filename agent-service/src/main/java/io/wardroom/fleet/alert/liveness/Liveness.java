package io.wardroom.fleet.alert.liveness;

import io.wardroom.common.event.EventOutbox;
import io.wardroom.common.event.Topics;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.alert.liveness.HearingRepository.Known;
import io.wardroom.fleet.alert.liveness.HearingRepository.Target;
import io.wardroom.fleet.alert.liveness.LivenessEvents.LivenessChanged;
import io.wardroom.fleet.alert.liveness.LivenessRepository.Change;
import io.wardroom.fleet.alert.liveness.LivenessRepository.Doubtful;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.KafkaException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/// Finds who fell silent and who came back, from stored facts alone, and tells each change once.
@Service
public class Liveness {
    private static final Logger LOG = LoggerFactory.getLogger(Liveness.class);
    private static final UUID BEFORE_ALL = new UUID(0, 0);
    private static final UUID BEHIND_ALL = new UUID(-1, -1);

    private final LivenessRepository repository;
    private final HearingRepository ears;
    private final Backlog backlog;
    private final Doors doors;
    private final LivenessProperties properties;
    private final EventOutbox outbox;
    private final List<Changed> interested;
    private final TransactionOperations transactions;

    Liveness(
            LivenessRepository repository,
            HearingRepository ears,
            Backlog backlog,
            Doors doors,
            LivenessProperties properties,
            EventOutbox outbox,
            List<Changed> interested,
            TransactionOperations transactions) {
        this.repository = repository;
        this.ears = ears;
        this.backlog = backlog;
        this.doors = doors;
        this.properties = properties;
        this.outbox = outbox;
        this.interested = interested;
        this.transactions = transactions;
    }

    /// Up to when everything that was received is stored; nothing before the first look.
    public Optional<Instant> caughtUp() {
        return required(transactions.execute(_ -> ears.find()))
                .map(known -> known.hearing().caughtUp());
    }

    /// Listens, then judges all agents in slices.
    void look(Instant now) {
        TenantScope.everyTenant(() -> {
            var hearing = listen(now);
            var behind = Optional.of(BEFORE_ALL);
            while (behind.isPresent()) {
                var from = behind.get();
                behind = required(transactions.execute(_ -> judge(from, hearing)));
            }
        });
    }

    /// Asks the broker outside of any transaction, and the doors only when nobody is heard.
    private Hearing listen(Instant now) {
        var known =
                required(transactions.execute(_ -> ears.find())).orElseGet(() -> new Known(Hearing.firstAt(now), null));
        Known after;
        try {
            after = hearMore(known, now);
        } catch (KafkaException away) {
            LOG.warn("the broker is away, nobody is called offline: {}", away.toString());
            // who knows what waits there
            after = new Known(known.hearing().then(known.hearing().caughtUp(), false), null);
        }
        var saved = after;
        transactions.executeWithoutResult(_ -> ears.save(saved));
        return after.hearing();
    }

    private Known hearMore(Known known, Instant now) {
        var target = known.target();
        if (target == null) {
            return new Known(known.hearing(), new Target(backlog.ends(), now));
        }
        if (!backlog.isWorkedOff(target.ends())) {
            return known;
        }
        // another replica's clock may have run ahead of this one's
        var caughtUp = target.at().isAfter(known.hearing().caughtUp())
                ? target.at()
                : known.hearing().caughtUp();
        boolean anyone = required(transactions.execute(_ -> ears.anyoneHeard(caughtUp, properties.quiet())));
        return new Known(known.hearing().then(caughtUp, anyone || doors.areOpen()), new Target(backlog.ends(), now));
    }

    private Optional<UUID> judge(UUID behind, Hearing hearing) {
        var end = repository.endOfSlice(behind, properties.slice());
        var doubtful = repository.doubtful(
                behind, end.orElse(BEHIND_ALL), hearing.caughtUp().minus(Hearing.PATIENCE));
        var changes = new ArrayList<Change>();
        var byId = new HashMap<UUID, Doubtful>();
        for (var agent : doubtful) {
            var change = changeOf(agent, hearing);
            if (change != null) {
                changes.add(change);
                byId.put(agent.agent(), agent);
            }
        }
        if (!changes.isEmpty()) {
            tell(changes, byId, hearing.caughtUp());
        }
        return end;
    }

    private static @Nullable Change changeOf(Doubtful agent, Hearing hearing) {
        if (hearing.isOnline(agent.lastSeenAt())) {
            return new Change(agent.agent(), agent.tenant(), true, agent.onlineSince());
        }
        if (hearing.isOffline(agent.lastSeenAt())) {
            return new Change(
                    agent.agent(), agent.tenant(), false, agent.lastSeenAt().plus(Hearing.PATIENCE));
        }
        return null;
    }

    private void tell(List<Change> changes, Map<UUID, Doubtful> byId, Instant at) {
        var changed = repository.save(changes);
        for (var change : changes) {
            var agent = byId.get(change.agent());
            // one that was silent before anybody looked did not fall silent
            if (agent != null && changed.contains(change.agent()) && (change.online() || agent.known() != null)) {
                outbox.append(
                        Topics.AGENTS_EVENTS,
                        change.online() ? LivenessEvents.ONLINE : LivenessEvents.OFFLINE,
                        change.agent().toString(),
                        change.tenant(),
                        new LivenessChanged(
                                change.agent(),
                                change.tenant().value(),
                                agent.hostname(),
                                change.online() ? "online" : "offline",
                                change.since(),
                                agent.lastSeenAt()));
            }
        }
        if (!changed.isEmpty()) {
            interested.forEach(one -> one.livenessOf(changed, at));
        }
    }

    private static <T> T required(@Nullable T result) {
        if (result == null) {
            throw new IllegalStateException("a transaction ended without its result");
        }
        return result;
    }
}
