package io.wardroom.fleet.agent;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.Texts;
import io.wardroom.fleet.agent.AgentStatus.Liveness;
import io.wardroom.fleet.agent.EditAgent.Outcome.Edited;
import io.wardroom.fleet.agent.EditAgent.Outcome.NoSuchAgent;
import io.wardroom.fleet.agent.EditAgent.Outcome.TooMany;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
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
@RequestMapping("/api/v1/agents")
class AgentController {
    private final Agents agents;
    private final Clock clock;

    AgentController(Agents agents, Clock clock) {
        this.agents = agents;
        this.clock = clock;
    }

    /// @param status `online` or `offline`; offline is an agent that was not heard of for 90 seconds
    record AgentView(
            UUID id,
            String machineId,
            String hostname,
            @Nullable String os,
            @Nullable String distro,
            @Nullable String kernel,
            @Nullable String arch,
            @Nullable String cpuModel,
            @Nullable Integer cpuCores,
            @Nullable Long ramTotalBytes,
            @Nullable String agentVersion,
            String status,
            Instant statusSince,
            Instant firstSeenAt,
            Instant lastSeenAt,
            Map<String, String> labels,
            List<String> tags,
            @Nullable Instant signingSetAt) {
        static AgentView of(AgentRepository.Seen seen, Instant now) {
            var agent = seen.agent();
            var machine = agent.machine();
            var status = AgentStatus.at(now, seen.lastSeenAt(), seen.onlineSince());
            var pin = agent.pin();
            return new AgentView(
                    agent.id(),
                    machine.machineId(),
                    machine.hostname(),
                    machine.os(),
                    machine.distro(),
                    machine.kernel(),
                    machine.arch(),
                    machine.cpuModel(),
                    machine.cpuCores(),
                    machine.ramTotalBytes(),
                    seen.reportedVersion() == null ? machine.agentVersion() : seen.reportedVersion(),
                    status.liveness().spelled(),
                    status.since(),
                    agent.firstSeenAt(),
                    seen.lastSeenAt(),
                    seen.labels(),
                    agent.tags(),
                    pin == null ? null : pin.setAt());
        }
    }

    record AgentPage(List<AgentView> items, long total, int offset, int limit) {}

    @Operation(summary = "Lists the tenant's agents by host name")
    @GetMapping
    AgentPage list(
            @RequestParam(required = false) @Nullable String status,
            @RequestParam(required = false) @Size(max = 64) @Nullable String os,
            @RequestParam(required = false) @Size(max = 64) @Nullable String tag,
            @Parameter(description = "a part of the host name, the distribution, the machine id or the owner")
                    @RequestParam(required = false)
                    @Size(max = 200)
                    @Nullable
                    String search,
            @RequestParam(required = false) @Size(max = 64) @Nullable String environment,
            @RequestParam(required = false) @Size(max = 64) @Nullable String criticality,
            @RequestParam(required = false) @Size(max = 200) @Nullable String owner,
            @RequestParam(name = "business_unit", required = false) @Size(max = 200) @Nullable String businessUnit,
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000_000) int offset,
            @RequestParam(defaultValue = "50") @Min(1) @Max(500) int limit,
            TenantId tenant) {
        var filter = new AgentRepository.Filter(
                liveness(status),
                storable("os", os),
                storable("tag", tag),
                storable("search", search),
                oneOf("environment", environment, "prod", "staging", "dev", "test"),
                oneOf("criticality", criticality, "low", "medium", "high", "critical"),
                storable("owner", owner),
                storable("business_unit", businessUnit));
        var page = agents.list(tenant, filter, offset, limit);
        return new AgentPage(
                page.items().stream()
                        .map(seen -> AgentView.of(seen, page.asOf()))
                        .toList(),
                page.total(),
                offset,
                limit);
    }

    @Operation(summary = "Shows one agent")
    @GetMapping("/{id}")
    AgentView find(@PathVariable UUID id, TenantId tenant) {
        return agents.find(tenant, id)
                .map(seen -> AgentView.of(seen, clock.instant()))
                .orElseThrow(() -> CommonProblem.NOT_FOUND.because("no agent " + id));
    }

    /// @param labels set beside those the agent has; a null removes one
    record AgentForm(
            @Size(max = EditAgent.MOST_TAGS) @Nullable
            List<@NotBlank @Size(max = 64) @Pattern(regexp = Texts.STORABLE) String> tags,

            @Size(max = EditAgent.MOST_LABELS) @Nullable
            Map<
                            @NotBlank @Size(max = 64) @Pattern(regexp = Texts.STORABLE) String,
                            @Nullable @Size(max = 256) @Pattern(regexp = Texts.STORABLE) String>
                    labels) {}

    @Operation(
            summary = "Tags and labels an agent otherwise",
            description = "`tags` replaces all tags. `labels` is merged into those the machine gives itself and people"
                    + " gave it; null removes one.")
    @PatchMapping("/{id}")
    @PreAuthorize("hasRole('writer')")
    AgentView edit(@PathVariable UUID id, @Valid @RequestBody AgentForm form, Actor actor, Caller caller) {
        var labels = form.labels();
        var wish =
                new EditAgent(actor, caller, id, form.tags(), List.of(), List.of(), labels == null ? Map.of() : labels);
        return switch (agents.edit(wish)) {
            case Edited() -> find(id, actor.tenant());
            case NoSuchAgent() -> throw CommonProblem.NOT_FOUND.because("no agent " + id);
            case TooMany(var what, var allowed) ->
                throw ProblemException.invalid(what, "at most %d".formatted(allowed));
        };
    }

    @Operation(summary = "Deletes an agent; its token is dead at once, its stored telemetry ends with its retention")
    @DeleteMapping("/{id}")
    @PreAuthorize("hasRole('admin')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable UUID id, Actor actor, Caller caller) {
        if (!agents.delete(actor, caller, id)) {
            throw CommonProblem.NOT_FOUND.because("no agent " + id);
        }
    }

    /// @param token shown this once
    record TokenView(String token) {}

    @Operation(summary = "Gives an agent a new token, shown this once; the old one is dead at once")
    @PostMapping("/{id}/rotate-token")
    @PreAuthorize("hasRole('admin')")
    TokenView rotateToken(@PathVariable UUID id, Actor actor, Caller caller) {
        return agents.rotateToken(actor, caller, id)
                .map(TokenView::new)
                .orElseThrow(() -> CommonProblem.NOT_FOUND.because("no agent " + id));
    }

    @Operation(summary = "Forgets an agent's signing key; the next one it shows is pinned")
    @PostMapping("/{id}/rotate-signing-key")
    @PreAuthorize("hasRole('admin')")
    AgentView clearSigningKey(@PathVariable UUID id, Actor actor, Caller caller, TenantId tenant) {
        if (!agents.clearSigningKey(actor, caller, id)) {
            throw CommonProblem.NOT_FOUND.because("no agent " + id);
        }
        return find(id, tenant);
    }

    private static @Nullable Liveness liveness(@Nullable String status) {
        if (status == null) {
            return null;
        }
        return Arrays.stream(Liveness.values())
                .filter(one -> one.spelled().equals(status))
                .findFirst()
                .orElseThrow(() -> ProblemException.invalid("status", "must be online or offline"));
    }

    private static @Nullable String oneOf(String field, @Nullable String word, String... words) {
        if (word != null && !List.of(words).contains(word)) {
            throw ProblemException.invalid(field, "must be one of " + String.join(", ", words));
        }
        return word;
    }

    private static @Nullable String storable(String field, @Nullable String text) {
        if (text != null && text.indexOf(0) >= 0) {
            throw ProblemException.invalid(field, "must not contain NUL");
        }
        return text;
    }
}
