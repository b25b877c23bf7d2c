package io.wardroom.fleet.inventory;

import io.micrometer.core.instrument.MeterRegistry;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.agent.Agents;
import io.wardroom.fleet.inventory.InventoryRepository.State;
import io.wardroom.fleet.inventory.InventoryRepository.Tell;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;

/// What hosts have, section by section, and what became different.
@Service
class Inventory {
    private static final Logger LOG = LoggerFactory.getLogger(Inventory.class);
    private static final int FORGOTTEN_AT_ONCE = 5_000;

    private final InventoryRepository repository;
    private final Agents agents;
    private final TransactionOperations transactions;
    private final InventoryProperties properties;
    private final Clock clock;
    private final MeterRegistry meters;

    Inventory(
            InventoryRepository repository,
            Agents agents,
            TransactionOperations transactions,
            InventoryProperties properties,
            Clock clock,
            MeterRegistry meters) {
        this.repository = repository;
        this.agents = agents;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
        this.meters = meters;
    }

    /// What became of an observation.
    enum Outcome {
        FIRST,
        CHANGED,
        UNCHANGED,
        /// One that is as new or newer was known.
        OUTDATED,
        UNKNOWN_AGENT
    }

    /// A section for its readers.
    record SectionPage(@Nullable State state, List<Map<String, @Nullable Object>> items, long total) {}

    /// Stores what one agent observed, all of it or nothing. Safe to call twice with the same: an observation that is
    /// not newer than the stored one changes nothing.
    void take(TenantId tenant, UUID agent, List<Observation> observations) {
        if (observations.isEmpty()) {
            return;
        }
        var outcomes = TenantScope.within(
                tenant, () -> transactions.execute(_ -> takeInTransaction(tenant, agent, observations)));
        outcomes.forEach(outcome -> meters.counter(
                        "wardroom.inventory.observations",
                        "outcome",
                        outcome.name().toLowerCase(java.util.Locale.ROOT))
                .increment());
    }

    private List<Outcome> takeInTransaction(TenantId tenant, UUID agent, List<Observation> observations) {
        var sections =
                observations.stream().map(Observation::section).distinct().toList();
        var states = repository.lock(tenant, agent, sections);
        if (states.isEmpty()) {
            return observations.stream().map(_ -> Outcome.UNKNOWN_AGENT).toList();
        }
        var seen = new EnumMap<Section, Instant>(Section.class);
        var outcomes = observations.stream()
                .sorted(Comparator.comparing(Observation::observedAt))
                .map(observation -> takeOne(tenant, agent, observation, states, seen))
                .toList();
        repository.seenAgain(tenant, agent, seen);
        return outcomes;
    }

    private Outcome takeOne(
            TenantId tenant,
            UUID agent,
            Observation observation,
            Map<Section, State> states,
            Map<Section, Instant> seen) {
        var section = observation.section();
        var state = states.get(section);
        if (state == null) {
            throw new IllegalStateException("section %s of agent %s is not locked".formatted(section, agent));
        }
        var known = state.observedAt();
        if (known != null && !observation.observedAt().isAfter(known)) {
            return Outcome.OUTDATED;
        }
        var content = observation.contentSha256();
        if (known != null && Arrays.equals(content, state.contentSha256())) {
            seen.put(section, observation.observedAt());
            return Outcome.UNCHANGED;
        }
        var today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        var toldToday = today.equals(state.changesDay()) ? state.changesTold() : 0;
        var told = repository.replaceRows(tenant, agent, observation, tell(state, observation, toldToday));
        var next = new State(
                section,
                observation.observedAt(),
                observation.observedAt(),
                content,
                observation.rows().size(),
                observation.refused(),
                observation.reportedTotal(),
                today,
                toldToday + told);
        repository.update(tenant, agent, next);
        states.put(section, next);
        seen.remove(section);
        return known == null ? Outcome.FIRST : Outcome.CHANGED;
    }

    private Tell tell(State before, Observation now, int toldToday) {
        if (before.observedAt() == null) {
            return Tell.NOTHING;
        }
        return new Tell(
                before.reportedTotal() == null,
                true,
                !now.truncated(),
                Math.max(0, properties.changesPerDay() - toldToday));
    }

    /// All sections of an agent, those without an observation as null; nothing where there is no such agent.
    @Transactional(readOnly = true)
    public Optional<Map<Section, State>> summary(TenantId tenant, UUID agent) {
        if (!agents.exists(tenant, agent)) {
            return Optional.empty();
        }
        return Optional.of(repository.states(tenant, agent).stream()
                .filter(state -> state.observedAt() != null)
                .collect(Collectors.toMap(State::section, Function.identity())));
    }

    @Transactional(readOnly = true)
    public Optional<SectionPage> section(
            TenantId tenant, UUID agent, Section section, @Nullable String search, int offset, int limit) {
        if (!agents.exists(tenant, agent)) {
            return Optional.empty();
        }
        var page = repository.rows(tenant, agent, section, search, offset, limit);
        return Optional.of(
                new SectionPage(repository.state(tenant, agent, section).orElse(null), page.items(), page.total()));
    }

    @Transactional(readOnly = true)
    public Optional<InventoryRepository.ChangePage> changes(
            TenantId tenant,
            UUID agent,
            InventoryRepository.ChangeFilter filter,
            InventoryRepository.@Nullable Mark behind,
            int offset,
            int limit) {
        return agents.exists(tenant, agent)
                ? Optional.of(repository.changes(tenant, agent, filter, behind, offset, limit))
                : Optional.empty();
    }

    /// Deletes changes past their time, in steps of their own, as far as the budget reaches.
    void forgetOldChanges() {
        var now = clock.instant();
        var before = now.minus(properties.changeRetention());
        var end = now.plus(properties.forgetBudget());
        var forgotten = 0;
        int step;
        do {
            step = TenantScope.everyTenant(
                    () -> transactions.execute(_ -> repository.deleteChangesBefore(before, FORGOTTEN_AT_ONCE)));
            forgotten += step;
        } while (step == FORGOTTEN_AT_ONCE && clock.instant().isBefore(end));
        if (forgotten > 0) {
            LOG.atInfo().addKeyValue("changes", forgotten).log("forgot old changes of inventories");
        }
    }
}
