package io.wardroom.fleet.integrity;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.agent.Agents;
import io.wardroom.fleet.agent.Anomalies;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/// Remembers what batches tell of themselves, and finds copies of agents and missing numbers while it does.
@Service
class Arrivals {
    private final Traces traces;
    private final Gaps gaps;
    private final Agents agents;
    private final Anomalies anomalies;
    private final AuditTrail audit;
    private final TransactionTemplate transaction;

    Arrivals(
            Traces traces,
            Gaps gaps,
            Agents agents,
            Anomalies anomalies,
            AuditTrail audit,
            TransactionTemplate transaction) {
        this.traces = traces;
        this.gaps = gaps;
        this.agents = agents;
        this.anomalies = anomalies;
        this.audit = audit;
        this.transaction = transaction;
    }

    /// Takes all of them or none, in the order in which they came. Safe to call twice with the same.
    void take(List<Arrival> arrivals) {
        if (!arrivals.isEmpty()) {
            TenantScope.everyTenant(() -> transaction.executeWithoutResult(_ -> remember(arrivals)));
        }
    }

    private void remember(List<Arrival> arrivals) {
        var known = traces.lock(
                arrivals.stream().map(Arrival::agent).distinct().sorted().toList());
        var changes = new LinkedHashMap<Start, Change>();
        for (var arrival : arrivals) {
            var ofAgent = known.get(arrival.agent());
            // an agent that is gone, or another tenant's, leaves no trace
            if (ofAgent != null && ofAgent.tenant().equals(arrival.tenant())) {
                copyOf(arrival, ofAgent.starts().values()).ifPresent(copy -> suspect(arrival, copy));
                follow(arrival, ofAgent, changes);
            }
        }
        traces.store(changes.values());
        var disordered = changes.values().stream()
                .filter(Change::isDisordered)
                .map(Change::start)
                .toList();
        gaps.find(disordered);
        tellNewVersions(changes.values());
    }

    private static void follow(Arrival arrival, Traces.OfAgent ofAgent, Map<Start, Change> changes) {
        var start = new Start(arrival.tenant(), arrival.agent(), arrival.instance());
        var before = ofAgent.starts().get(arrival.instance());
        var after = before == null ? Trace.begin(arrival) : before.with(arrival);
        ofAgent.starts().put(arrival.instance(), after);
        changes.computeIfAbsent(start, key -> new Change(key, before == null, after))
                .take(arrival, before, after);
    }

    /// A start that came between two batches of an older one is a copy at work. One process sends what an earlier one
    /// left behind before anything of its own, so no agent alone does this.
    private static Optional<Trace> copyOf(Arrival arrival, Collection<Trace> starts) {
        var own = starts.stream()
                .filter(trace -> trace.instance().equals(arrival.instance()))
                .findFirst();
        if (arrival.instance().isEmpty()
                || own.isEmpty()
                || !own.get().isBehind(arrival)
                // sent once more, it may come late
                || arrival.seq() > 0 && arrival.seq() < own.get().nextSeq()) {
            return Optional.empty();
        }
        return starts.stream()
                .filter(other -> !other.instance().isEmpty()
                        && other.firstReceivedAt() > own.get().firstReceivedAt()
                        && other.lastReceivedAt() > own.get().lastReceivedAt()
                        && other.lastReceivedAt() < arrival.receivedAt())
                .findFirst();
    }

    private void suspect(Arrival arrival, Trace copy) {
        anomalies.open(
                arrival.tenant(),
                arrival.agent(),
                Kind.CLONE_SUSPECTED.spelled(),
                "high",
                "Two starts of this agent send at the same time: one is a copy",
                Map.of("instance_id", arrival.instance(), "refused_instance_id", copy.instance()));
        agents.refuseInstance(arrival.tenant(), arrival.agent(), copy.instance());
    }

    private void tellNewVersions(Collection<Change> changes) {
        for (var seen : traces.addVersions(changes)) {
            audit.record(
                    Deed.bySystem(seen.tenant(), "agent_version_seen", "agent", seen.agent())
                            .with("version", seen.version()),
                    Caller.NOBODY);
        }
    }
}
