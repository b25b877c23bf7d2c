package io.wardroom.fleet.alert.silence;

import io.swagger.v3.oas.annotations.Operation;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.Texts;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/silences")
class SilenceController {

    private final Silences silences;
    private final Clock clock;

    SilenceController(Silences silences, Clock clock) {
        this.silences = silences;
        this.clock = clock;
    }

    /// @param startsAt now where it is absent
    /// @param endsAt   at most 90 days later
    record SilenceForm(
            @Nullable UUID ruleId,
            @Nullable UUID agentId,

            @Size(min = 1, max = 64) @Pattern(regexp = Texts.STORABLE) @Nullable
            String tag,

            @Size(min = 1, max = 64) @Pattern(regexp = Texts.STORABLE) @Nullable
            String category,

            @Pattern(regexp = "critical|high|medium|warning") @Nullable
            String severity,

            @Nullable Instant startsAt,
            @NotNull Instant endsAt,

            @NotBlank @Size(max = 500) @Pattern(regexp = Texts.STORABLE)
            String reason) {
        Silence.Scope scope() {
            return new Silence.Scope(ruleId, agentId, tag, category, severity);
        }
    }

    record SilenceView(
            UUID id,
            @Nullable UUID ruleId,
            @Nullable UUID agentId,
            @Nullable String tag,
            @Nullable String category,
            @Nullable String severity,
            Instant startsAt,
            Instant endsAt,
            String reason,
            String createdBy,
            Instant createdAt) {
        static SilenceView of(Silence silence) {
            var scope = silence.scope();
            return new SilenceView(
                    silence.id(),
                    scope.rule(),
                    scope.agent(),
                    scope.tag(),
                    scope.category(),
                    scope.severity(),
                    silence.startsAt(),
                    silence.endsAt(),
                    silence.reason(),
                    silence.createdBy(),
                    silence.createdAt());
        }
    }

    record SilencePage(List<SilenceView> items, long total, int offset, int limit) {}

    @Operation(summary = "Lists silences, those that end last first")
    @GetMapping
    SilencePage list(
            @RequestParam(defaultValue = "false") boolean active,
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000_000) int offset,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            TenantId tenant) {
        var page = silences.list(tenant, active, offset, limit);
        return new SilencePage(page.items().stream().map(SilenceView::of).toList(), page.total(), offset, limit);
    }

    @Operation(
            summary = "Mutes new alerts until an end",
            description = "Alerts still open, listed as muted; what is open when the silence ends is announced then.")
    @PostMapping
    @PreAuthorize("hasRole('writer')")
    @ResponseStatus(HttpStatus.CREATED)
    SilenceView silence(@Valid @RequestBody SilenceForm form, Actor actor, Caller caller) {
        var now = clock.instant();
        var starts = form.startsAt() == null ? now : form.startsAt();
        if (form.scope().isEmpty()) {
            throw ProblemException.invalid(
                    "rule_id", "name at least one of rule_id, agent_id, tag, category, severity");
        }
        Period.check(starts, form.endsAt(), now);
        return silences.silence(actor, caller, form.scope(), starts, form.endsAt(), form.reason())
                .map(SilenceView::of)
                .orElseThrow(() -> CommonProblem.BUSINESS_RULE.because(
                        "a tenant has at most %d silences that have not ended".formatted(SilenceRepository.MOST)));
    }

    @Operation(summary = "Ends a silence at once")
    @DeleteMapping("/{id}")
    @PreAuthorize("hasRole('writer')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable UUID id, Actor actor, Caller caller) {
        if (!silences.delete(actor, caller, id)) {
            throw CommonProblem.NOT_FOUND.because("no silence " + id);
        }
    }
}
