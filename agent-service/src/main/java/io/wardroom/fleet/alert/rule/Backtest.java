package io.wardroom.fleet.alert.rule;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.alert.Host;
import io.wardroom.fleet.alert.Hosts;
import io.wardroom.fleet.alert.rule.Progress.Change;
import io.wardroom.fleet.alert.rule.Rule.Kind;
import io.wardroom.fleet.telemetry.Readings;
import io.wardroom.fleet.telemetry.Readings.Measured;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/// Tries a rule on what is stored: the same moments, observations and steps as when it is judged, and nothing written.
@Service
class Backtest {
    static final int MOST_AGENTS = 50;
    static final Duration LONGEST = Duration.ofDays(7);
    private static final int MOST_INTERVALS = 1_000;
    private static final Duration SILENCE = Duration.ofSeconds(90);
    /// So much is in memory at once.
    private static final Duration STRETCH = Duration.ofHours(6);

    private static final int AT_ONCE = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration LONGEST_RUN = Duration.ofSeconds(45);

    private final RuleRepository rules;
    private final Hosts hosts;
    private final Readings readings;
    private final TransactionTemplate reading;
    private final Semaphore places = new Semaphore(AT_ONCE, true);

    Backtest(RuleRepository rules, Hosts hosts, Readings readings, PlatformTransactionManager transactions) {
        this.rules = rules;
        this.hosts = hosts;
        this.readings = readings;
        this.reading = new TransactionTemplate(transactions);
        this.reading.setReadOnly(true);
    }

    /// A time in which the rule would have told.
    ///
    /// @param to null if it had not resolved by the end
    record Interval(
            UUID agent,
            SortedMap<String, String> what,
            Instant from,
            @Nullable Instant to) {}

    /// Every way the wish can end.
    sealed interface Outcome {
        /// @param agents    how many were looked at
        /// @param truncated whether there was more than is answered
        record Tried(int agents, boolean truncated, List<Interval> intervals) implements Outcome {}

        record NoSuchRule() implements Outcome {}

        record NoSuchAgent(UUID agent) implements Outcome {}

        /// What its kind would have needed is not stored.
        record NotStored(Kind kind) implements Outcome {}

        /// Too many try at once.
        record Busy() implements Outcome {}
    }

    Outcome run(TenantId tenant, UUID id, Instant from, Instant to, @Nullable List<UUID> agents) {
        try {
            if (!places.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                return new Outcome.Busy();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return new Outcome.Busy();
        }
        try {
            var outcome = reading.execute(_ -> tried(tenant, id, from, to, agents));
            if (outcome == null) {
                throw new IllegalStateException("a rule was tried without an outcome");
            }
            return outcome;
        } finally {
            places.release();
        }
    }

    private Outcome tried(TenantId tenant, UUID id, Instant from, Instant to, @Nullable List<UUID> agents) {
        var found = rules.find(tenant, id);
        if (found.isEmpty()) {
            return new Outcome.NoSuchRule();
        }
        var rule = found.get();
        if (rule.kind() != Kind.METRIC && rule.kind() != Kind.OFFLINE) {
            return new Outcome.NotStored(rule.kind());
        }
        var chosen = hosts.ofTenant(tenant, agents, agents == null ? 1_000 : agents.size());
        if (agents != null) {
            var unknown = new HashSet<>(agents);
            chosen.forEach(host -> unknown.remove(host.id()));
            if (!unknown.isEmpty()) {
                return new Outcome.NoSuchAgent(unknown.iterator().next());
            }
        }
        var covered = chosen.stream().filter(rule.scope()::covers).toList();
        var looked = covered.stream().limit(MOST_AGENTS).toList();
        var intervals = new ArrayList<Interval>();
        var deadline = System.nanoTime() + LONGEST_RUN.toNanos();
        var done = 0;
        for (var host : looked) {
            if (intervals.size() >= MOST_INTERVALS || System.nanoTime() > deadline) {
                break;
            }
            intervals.addAll(new Trial(rule, host, from, to).run());
            done++;
        }
        var truncated = done < covered.size() || intervals.size() > MOST_INTERVALS;
        return new Outcome.Tried(
                done, truncated, intervals.stream().limit(MOST_INTERVALS).toList());
    }

    /// One host under the rule.
    private final class Trial {
        private final Rule rule;
        private final Host host;
        private final Instant from;
        private final Instant to;
        private final Map<UUID, Progress> progress = new HashMap<>();
        private final Map<UUID, Interval> open = new HashMap<>();
        private final List<Interval> done = new ArrayList<>();

        Trial(Rule rule, Host host, Instant from, Instant to) {
            this.rule = rule;
            this.host = host;
            this.from = from;
            this.to = to;
        }

        List<Interval> run() {
            var first = Judge.momentAt(from);
            var moment = first.isBefore(from) ? first.plus(Judge.STEP) : first;
            while (!moment.isAfter(to)) {
                var last = moment.plus(STRETCH);
                moment = stretch(moment, last.isAfter(to) ? to : last);
            }
            done.addAll(open.values());
            return done;
        }

        private Instant stretch(Instant first, Instant last) {
            var metric = rule.metric();
            var begin = first.minus(metric == null ? SILENCE : metric.window()).toEpochMilli();
            var end = last.toEpochMilli() + 1;
            List<Measured> measured = metric == null
                    ? List.of()
                    : readings.readAll(
                            host.tenant(), host.id(), series -> series.name().equals(metric.name()), begin, end);
            var seen = metric == null ? readings.moments(host.tenant(), host.id(), begin, end) : new long[0];
            var moment = first;
            while (!moment.isAfter(last)) {
                judge(metric == null ? at(seen, moment) : host, measured, moment);
                moment = moment.plus(Judge.STEP);
            }
            return moment;
        }

        /// The host as it would have been known at a moment, by when it measured something.
        private Host at(long[] seen, Instant moment) {
            var index = Arrays.binarySearch(seen, moment.toEpochMilli());
            var before = index < 0 ? -index - 2 : index;
            var heard = before >= 0
                    && Instant.ofEpochMilli(seen[before]).plus(SILENCE).isAfter(moment);
            return new Host(
                    host.id(),
                    host.tenant(),
                    host.hostname(),
                    host.tags(),
                    host.labels(),
                    host.cores(),
                    heard ? null : moment);
        }

        private void judge(Host then, List<Measured> measured, Instant moment) {
            var seen = Observation.of(rule, then, new Observation.Facts(measured, null), moment);
            seen.bySeries()
                    .forEach((series, observation) -> step(series, observation.what(), observation.truth(), moment));
            for (var series : List.copyOf(progress.keySet())) {
                if (!seen.bySeries().containsKey(series)) {
                    step(series, new TreeMap<>(), seen.missing(), moment);
                }
            }
        }

        private void step(UUID series, SortedMap<String, String> what, Truth truth, Instant moment) {
            var step = Progress.next(progress.get(series), moment, truth, rule.lasting(), rule.keepFiring());
            var after = step.after();
            if (after == null) {
                progress.remove(series);
            } else {
                progress.put(series, after);
            }
            if (step.change() == Change.FIRED) {
                open.put(series, new Interval(host.id(), what, moment, null));
            }
            if (step.change() == Change.RESOLVED) {
                var fired = open.remove(series);
                if (fired != null) {
                    done.add(new Interval(fired.agent(), fired.what(), fired.from(), moment));
                }
            }
        }
    }
}
