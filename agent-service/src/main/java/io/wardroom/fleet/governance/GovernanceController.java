package io.wardroom.fleet.governance;

import io.swagger.v3.oas.annotations.Operation;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.governance.GovernanceRepository.Stored;
import io.wardroom.fleet.governance.SayOfAgent.Outcome.NoSuchAgent;
import io.wardroom.fleet.governance.SayOfAgent.Outcome.Said;
import jakarta.validation.Valid;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/agents/{id}/governance")
class GovernanceController {
    private final Governances governances;

    GovernanceController(Governances governances) {
        this.governances = governances;
    }

    /// @param updatedAt null where nobody said anything yet
    record GovernanceView(
            UUID agentId,
            @Nullable String owner,
            @Nullable String ownerEmail,
            @Nullable String businessUnit,
            @Nullable String environment,
            @Nullable String criticality,
            @Nullable String dataClassification,
            @Nullable Boolean pii,
            @Nullable String location,
            @Nullable String costCenter,
            @Nullable String runbookUrl,
            @Nullable String notes,
            @Nullable Instant reviewDueAt,
            @Nullable Instant updatedAt,
            @Nullable String updatedBy) {
        static GovernanceView of(UUID agent, @Nullable Stored stored) {
            var said = stored == null ? Governance.NONE : stored.governance();
            return new GovernanceView(
                    agent,
                    said.owner(),
                    said.ownerEmail(),
                    said.businessUnit(),
                    said.environment(),
                    said.criticality(),
                    said.dataClassification(),
                    said.pii(),
                    said.location(),
                    said.costCenter(),
                    said.runbookUrl(),
                    said.notes(),
                    said.reviewDueAt(),
                    stored == null ? null : stored.updatedAt(),
                    stored == null ? null : stored.updatedBy());
        }
    }

    @Operation(summary = "Shows whose an agent is, what it is for and how much it matters")
    @GetMapping
    GovernanceView find(@PathVariable UUID id, TenantId tenant) {
        var found = governances.find(tenant, id).orElseThrow(() -> noAgent(id));
        return GovernanceView.of(id, found.stored().orElse(null));
    }

    @Operation(summary = "Replaces all that is said of an agent; a field that is not given is unsaid")
    @PutMapping
    @PreAuthorize("hasRole('admin')")
    GovernanceView put(@PathVariable UUID id, @Valid @RequestBody GovernanceForm form, Actor actor, Caller caller) {
        return switch (governances.say(new SayOfAgent(actor, caller, id, form.governance(), true))) {
            case Said(var stored) -> GovernanceView.of(id, stored);
            case NoSuchAgent() -> throw noAgent(id);
        };
    }

    private static ProblemException noAgent(UUID id) {
        return CommonProblem.NOT_FOUND.because("no agent " + id);
    }
}
