package io.wardroom.fleet.alert.rule;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.alert.Alerts;
import io.wardroom.fleet.alert.Host;
import io.wardroom.fleet.alert.Hosts;
import io.wardroom.fleet.alert.liveness.Changed;
import io.wardroom.fleet.alert.rule.Observation.Facts;
import io.wardroom.fleet.alert.rule.Progress.Change;
import io.wardroom.fleet.alert.rule.Rule.Kind;
import io.wardroom.fleet.alert.rule.StateRepository.Key;
import io.wardroom.fleet.alert.rule.StateRepository.State;
import io.wardroom.fleet.alert.silence.Mutes;
import io.wardroom.fleet.inventory.FailedUnits;
import io.wardroom.fleet.telemetry.Readings;
import io.wardroom.fleet.telemetry.Readings.Measured;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;

/// Holds the rules against what is stored, moment by moment and slice by slice. Each slice of agents is one
/// transaction: what it opened, resolved and noted, and how far it came, commit together.
@Service
class Judge implements Changed {
    /// Moments are so far apart, and the same for all.
    static final Duration STEP = Duration.ofSeconds(30);
    /// A moment is judged so long after it, when what was measured then has arrived.
    static final Duration SETTLE = Duration.ofSeconds(20);
    /// Moments that were missed are made up for as far back as this.
    private static final Duration CATCH_UP = Duration.ofMinutes(5);

    private final RuleRepository rules;
    private final Rules known;
    private final StateRepository states;
    private final Hosts hosts;
    private final Readings readings;
    private final FailedUnits units;
    private final Alerts alerts;
    private final Mutes mutes;
    private final AlertProperties properties;
    private final TransactionOperations transactions;
    private final Clock clock;

    Judge(
            RuleRepository rules,
            Rules known,
            StateRepository states,
            Hosts hosts,
            Readings readings,
            FailedUnits units,
            Alerts alerts,
            Mutes mutes,
            AlertProperties properties,
            TransactionOperations transactions,
            Clock clock) {
        this.rules = rules;
        this.known = known;
        this.states = states;
        this.hosts = hosts;
        this.readings = readings;
        this.units = units;
        this.alerts = alerts;
        this.mutes = mutes;
        this.properties = properties;
        this.transactions = transactions;
        this.clock = clock;
    }

    /// Judges the moments that are due, for as long as the budget lasts.
    ///
    /// @param caughtUp everything received before is stored
    void judgeDue(Instant caughtUp) {
        var latest = momentAt(caughtUp.minus(SETTLE));
        var deadline = System.nanoTime() + properties.budget().toNanos();
        TenantScope.everyTenant(() -> {
            boolean more = true;
            while (more && System.nanoTime() < deadline) {
                more = Boolean.TRUE.equals(transactions.execute(_ -> judgeSlice(latest)));
            }
        });
    }

    /// The last moment that is not behind `at`.
    static Instant momentAt(Instant at) {
        var step = STEP.toMillis();
        return Instant.ofEpochMilli(Math.floorDiv(at.toEpochMilli(), step) * step);
    }

    private boolean judgeSlice(Instant latest) {
        var now = states.hold(latest.minus(STEP));
        var moment = now.moment();
        var behind = now.behind();
        if (behind == null) {
            moment = moment.plus(STEP);
            if (moment.isAfter(latest)) {
                return false;
            }
            if (moment.isBefore(latest.minus(CATCH_UP))) {
                // nobody watched for longer than a moment is worth: those in between say nothing
                moment = latest;
            }
        }
        var slice = hosts.slice(behind, properties.slice());
        if (!slice.isEmpty()) {
            judge(slice, moment, EnumSet.allOf(Kind.class));
        }
        var done = slice.size() < properties.slice();
        states.set(
                new StateRepository.Clock(moment, done ? null : slice.getLast().id()));
        return !done || moment.isBefore(latest);
    }

    /// Judges at once what depends on who lives.
    @Override
    @Transactional(propagation = Propagation.MANDATORY)
    public void livenessOf(Collection<UUID> agents, Instant at) {
        states.hold(momentAt(at.minus(SETTLE)));
        judge(hosts.of(agents), at, EnumSet.of(Kind.OFFLINE));
    }

    /// What a slice comes to.
    private static final class Findings {
        private final List<State> kept = new ArrayList<>();
        private final List<Key> gone = new ArrayList<>();
        private Mutes.@Nullable Now muting;
    }

    private void judge(List<Host> slice, Instant moment, Set<Kind> kinds) {
        var tenants = slice.stream().map(Host::tenant).distinct().toList();
        known.giveDefaults(tenants);
        var rulesOf = new HashMap<TenantId, List<Rule>>();
        rules.enabled(tenants).forEach(rule -> rulesOf.computeIfAbsent(rule.tenant(), _ -> new ArrayList<>())
                .add(rule));
        var statesOf = new HashMap<UUID, Map<UUID, Map<UUID, State>>>();
        states.of(slice.stream().map(Host::id).toList())
                .forEach(state -> statesOf.computeIfAbsent(state.key().agent(), _ -> new HashMap<>())
                        .computeIfAbsent(state.key().rule(), _ -> new HashMap<>())
                        .put(state.key().series(), state));
        var measured = kinds.contains(Kind.METRIC) ? read(slice, rulesOf, moment) : Map.<UUID, List<Measured>>of();
        var failed = kinds.contains(Kind.FAILED_UNIT)
                ? units.of(slice.stream().map(Host::id).toList())
                : Map.<UUID, List<String>>of();
        var findings = new Findings();
        for (var host : slice) {
            var ofHost = statesOf.getOrDefault(host.id(), Map.of());
            var facts = new Facts(measured.getOrDefault(host.id(), List.of()), failed.get(host.id()));
            var judged = new HashSet<UUID>();
            for (var rule : rulesOf.getOrDefault(host.tenant(), List.of())) {
                if (kinds.contains(rule.kind()) && rule.scope().covers(host)) {
                    judged.add(rule.id());
                    judge(rule, host, facts, moment, ofHost.getOrDefault(rule.id(), Map.of()), findings);
                }
            }
            if (kinds.size() == Kind.values().length) {
                // the rule is gone, switched off, or not about this host any more
                ofHost.forEach((rule, ofRule) -> {
                    if (!judged.contains(rule)) {
                        ofRule.values().forEach(state -> drop(state, moment, findings));
                    }
                });
            }
        }
        states.delete(findings.gone);
        states.save(findings.kept);
    }

    private Map<UUID, List<Measured>> read(List<Host> slice, Map<TenantId, List<Rule>> rulesOf, Instant moment) {
        var names = new HashSet<String>();
        var longest = Duration.ZERO;
        for (var ofTenant : rulesOf.values()) {
            for (var rule : ofTenant) {
                var metric = rule.metric();
                if (metric != null) {
                    names.add(metric.name());
                    longest = metric.window().compareTo(longest) > 0 ? metric.window() : longest;
                }
            }
        }
        var tenantOf = new HashMap<UUID, TenantId>();
        slice.forEach(host -> tenantOf.put(host.id(), host.tenant()));
        var end = moment.toEpochMilli() + 1;
        return readings.read(tenantOf, names, end - longest.toMillis(), end);
    }

    private void judge(Rule rule, Host host, Facts facts, Instant moment, Map<UUID, State> before, Findings findings) {
        var seen = Observation.of(rule, host, facts, moment);
        seen.bySeries()
                .forEach((series, observation) ->
                        step(rule, host, series, observation, moment, before.get(series), findings));
        before.forEach((series, state) -> {
            if (!seen.bySeries().containsKey(series)) {
                step(
                        rule,
                        host,
                        series,
                        new Observation(new TreeMap<>(), seen.missing(), null),
                        moment,
                        state,
                        findings);
            }
        });
    }

    private void step(
            Rule rule,
            Host host,
            UUID series,
            Observation observation,
            Instant moment,
            @Nullable State before,
            Findings findings) {
        var valid = before;
        if (before != null && before.conditionVersion() != rule.conditionVersion()) {
            // it was judged by another condition
            drop(before, moment, findings);
            valid = null;
        }
        var step = Progress.next(
                valid == null ? null : valid.progress(),
                moment,
                observation.truth(),
                rule.lasting(),
                rule.keepFiring());
        var after = step.after();
        var alert = valid == null ? null : valid.alert();
        if (step.change() == Change.FIRED) {
            alert = alerts.raise(host, raised(rule, host, series, observation, moment), muting(host, findings))
                    .orElse(null);
        }
        if (step.change() == Change.RESOLVED && alert != null) {
            alerts.resolve(host.tenant(), alert, moment);
        }
        var key = new Key(host.id(), rule.id(), series);
        if (after == null) {
            if (valid != null) {
                findings.gone.add(key);
            }
        } else if (valid == null || !after.equals(valid.progress())) {
            findings.kept.add(new State(key, host.tenant(), rule.conditionVersion(), after, alert));
        }
    }

    private void drop(State state, Instant moment, Findings findings) {
        if (state.alert() != null) {
            alerts.resolve(state.tenant(), state.alert(), moment);
        }
        findings.gone.add(state.key());
    }

    private Mutes.Now muting(Host host, Findings findings) {
        var muting = findings.muting;
        if (muting == null || !muting.knows(host.tenant())) {
            muting = mutes.at(List.of(host.tenant()), clock.instant());
            findings.muting = muting;
        }
        return muting;
    }

    private static Alerts.Raised raised(Rule rule, Host host, UUID series, Observation observation, Instant moment) {
        var what = observation.spelled();
        var metric = rule.metric();
        var detail = metric == null
                ? "%s%s".formatted(host.hostname(), what.isEmpty() ? "" : ": " + what)
                : "%s: %s%s, %s over %ds, is %s %s %s"
                        .formatted(
                                host.hostname(),
                                metric.name(),
                                what.isEmpty() ? "" : " {" + what + "}",
                                metric.aggregate().spelled(),
                                metric.window().toSeconds(),
                                observation.valueSpelled(),
                                metric.comparison().sign(),
                                metric.threshold());
        return new Alerts.Raised(
                rule.id(),
                rule.category(),
                rule.severity(),
                what.isEmpty() ? rule.name() : "%s: %s".formatted(rule.name(), what),
                detail,
                "rule/%s/%s/%s".formatted(rule.id(), host.id(), series),
                moment);
    }
}
