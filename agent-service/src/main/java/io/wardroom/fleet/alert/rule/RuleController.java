package io.wardroom.fleet.alert.rule;

import io.swagger.v3.oas.annotations.Operation;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.InThisAge;
import io.wardroom.fleet.alert.rule.Backtest.Outcome.Busy;
import io.wardroom.fleet.alert.rule.Backtest.Outcome.NoSuchAgent;
import io.wardroom.fleet.alert.rule.Backtest.Outcome.NoSuchRule;
import io.wardroom.fleet.alert.rule.Backtest.Outcome.NotStored;
import io.wardroom.fleet.alert.rule.Backtest.Outcome.Tried;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/alert-rules")
class RuleController {
    private static final Duration BUSY_PAUSE = Duration.ofSeconds(5);

    private final Rules rules;
    private final Backtest backtest;
    private final Clock clock;

    RuleController(Rules rules, Backtest backtest, Clock clock) {
        this.rules = rules;
        this.backtest = backtest;
        this.clock = clock;
    }

    record RulePage(List<RuleView> items, long total, int offset, int limit) {}

    /// @param agentIds at most 50; the first 50 of the rule's scope where they are absent
    record BacktestForm(
            @NotNull @InThisAge Instant from,
            @NotNull @InThisAge Instant to,

            @Size(min = 1, max = Backtest.MOST_AGENTS) @Nullable
            List<@NotNull UUID> agentIds) {}

    /// @param labels of the series
    /// @param to     absent if it had not resolved by the end
    record IntervalView(
            UUID agentId,
            Map<String, String> labels,
            Instant from,
            @Nullable Instant to) {}

    record BacktestView(
            UUID ruleId, Instant from, Instant to, int agents, boolean truncated, List<IntervalView> intervals) {}

    @Operation(summary = "Lists the tenant's alert rules by name; a tenant begins with the shipped ones")
    @GetMapping
    RulePage list(
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000_000) int offset,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            TenantId tenant) {
        var page = rules.list(tenant, offset, limit);
        return new RulePage(page.items().stream().map(RuleView::of).toList(), page.total(), offset, limit);
    }

    @Operation(summary = "Makes an alert rule")
    @PostMapping
    @PreAuthorize("hasRole('writer')")
    @ResponseStatus(HttpStatus.CREATED)
    RuleView create(@Valid @RequestBody RuleForm form, Actor actor, Caller caller) {
        return rules.create(actor, caller, form.toRule(actor.tenant(), clock.instant()))
                .map(RuleView::of)
                .orElseThrow(() -> CommonProblem.BUSINESS_RULE.because(
                        "a tenant has at most %d rules".formatted(RuleRepository.MOST)));
    }

    @Operation(
            summary = "Changes what is mentioned of a rule",
            description = "Alerts of a rule that asks for something else now, or for nothing, resolve within a minute.")
    @PatchMapping("/{id}")
    @PreAuthorize("hasRole('writer')")
    RuleView change(@PathVariable UUID id, @Valid @RequestBody RuleForm form, Actor actor, Caller caller) {
        return rules.change(actor, caller, id, form::over).map(RuleView::of).orElseThrow(() -> noSuchRule(id));
    }

    @Operation(summary = "Deletes a rule; its alerts resolve within a minute")
    @DeleteMapping("/{id}")
    @PreAuthorize("hasRole('writer')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable UUID id, Actor actor, Caller caller) {
        if (!rules.delete(actor, caller, id)) {
            throw noSuchRule(id);
        }
    }

    @Operation(
            summary = "Tries a rule on what is stored: when it would have told, whether it is switched on or not",
            description = "At most seven days and 50 agents. Rules of kind metric and offline can be tried.")
    @PostMapping("/{id}/backtest")
    @PreAuthorize("hasRole('writer')")
    BacktestView tryOut(@PathVariable UUID id, @Valid @RequestBody BacktestForm form, TenantId tenant) {
        var from = form.from();
        var to = form.to();
        if (!from.isBefore(to)) {
            throw ProblemException.invalid("from", "must be before to");
        }
        if (to.isAfter(clock.instant())) {
            throw ProblemException.invalid("to", "must not lie in the future");
        }
        if (to.isAfter(from.plus(Backtest.LONGEST))) {
            throw ProblemException.invalid(
                    "from", "is more than %d days before to".formatted(Backtest.LONGEST.toDays()));
        }
        return switch (backtest.run(tenant, id, from, to, form.agentIds())) {
            case Tried(var agents, var truncated, var intervals) ->
                new BacktestView(
                        id,
                        from,
                        to,
                        agents,
                        truncated,
                        intervals.stream()
                                .map(one -> new IntervalView(one.agent(), one.what(), one.from(), one.to()))
                                .toList());
            case NoSuchRule() -> throw noSuchRule(id);
            case NoSuchAgent(var agent) -> throw CommonProblem.NOT_FOUND.because("no agent " + agent);
            case NotStored(var kind) ->
                throw CommonProblem.BUSINESS_RULE.because(
                        "what a rule of kind %s needs is not stored for the past".formatted(kind.spelled()));
            case Busy() ->
                throw CommonProblem.UNAVAILABLE
                        .because("too many rules are being tried at once")
                        .retryAfter(BUSY_PAUSE);
        };
    }

    private static ProblemException noSuchRule(UUID id) {
        return CommonProblem.NOT_FOUND.because("no alert rule " + id);
    }
}
