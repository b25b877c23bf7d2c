package io.wardroom.fleet.integrity;

import io.swagger.v3.oas.annotations.Operation;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.agent.Agents;
import io.wardroom.fleet.agent.Anomaly;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1")
class IntegrityController {
    private static final Set<String> SEVERITIES = Set.of("critical", "high", "medium");

    private final Doubts doubts;
    private final Gaps gaps;
    private final Agents agents;

    IntegrityController(Doubts doubts, Gaps gaps, Agents agents) {
        this.doubts = doubts;
        this.gaps = gaps;
        this.agents = agents;
    }

    record AnomalyView(
            UUID id,
            UUID agentId,
            String kind,
            String severity,
            String summary,
            Map<String, Object> detail,
            Instant detectedAt,
            @Nullable Instant resolvedAt) {
        static AnomalyView of(Anomaly anomaly) {
            return new AnomalyView(
                    anomaly.id(),
                    anomaly.agentId(),
                    anomaly.kind(),
                    anomaly.severity(),
                    anomaly.summary(),
                    anomaly.detail(),
                    anomaly.detectedAt(),
                    anomaly.resolvedAt());
        }
    }

    record AnomalyPage(
            List<AnomalyView> items,
            long total,
            int offset,
            int limit,
            @Nullable String nextCursor) {}

    @Operation(summary = "Lists doubts about the tenant's agents, newest first; the open ones, or all")
    @GetMapping("/integrity-anomalies")
    AnomalyPage list(
            @RequestParam(name = "include_resolved", defaultValue = "0") @Min(0) @Max(1) int includeResolved,
            @RequestParam(required = false) @Nullable String kind,
            @RequestParam(required = false) @Nullable String severity,
            @RequestParam(name = "agent_id", required = false) @Nullable UUID agent,
            @RequestParam(required = false) @Nullable UUID cursor,
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000_000) int offset,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            TenantId tenant) {
        if (kind != null && !Kind.isOne(kind)) {
            throw ProblemException.invalid("kind", "is no kind of anomaly");
        }
        if (severity != null && !SEVERITIES.contains(severity)) {
            throw ProblemException.invalid("severity", "must be critical, high or medium");
        }
        var page = doubts.list(
                tenant, new Doubts.Filter(includeResolved == 1, kind, severity, agent), cursor, offset, limit);
        return new AnomalyPage(
                page.items().stream().map(AnomalyView::of).toList(),
                page.total(),
                cursor == null ? offset : 0,
                limit,
                page.next() == null ? null : page.next().toString());
    }

    @Operation(
            summary = "Puts a doubt to rest",
            description = "It opens anew, as another one, if its check fails again. For version_downgrade the agent's"
                    + " present version is accepted.")
    @PatchMapping("/integrity-anomalies/{id}/resolve")
    @PreAuthorize("hasRole('admin')")
    AnomalyView resolve(@PathVariable UUID id, Actor actor, Caller caller) {
        return doubts.resolve(actor, caller, id)
                .map(AnomalyView::of)
                .orElseThrow(() -> CommonProblem.NOT_FOUND.because("no anomaly " + id));
    }

    /// @param missing how many numbers of it did not come; 0 once it is closed
    record GapView(
            String instanceId,
            long fromSeq,
            long toSeq,
            long missing,
            Instant detectedAt,
            @Nullable Instant closedAt) {
        static GapView of(Gap gap) {
            return new GapView(
                    gap.instance(),
                    gap.fromSeq(),
                    gap.toSeq(),
                    gap.closedAt() == null ? gap.toSeq() - gap.fromSeq() + 1 : 0,
                    gap.detectedAt(),
                    gap.closedAt());
        }
    }

    record GapPage(List<GapView> items, long total, int offset, int limit) {}

    @Operation(summary = "Lists numbers of an agent's batches that never came, or came late; newest first")
    @GetMapping("/agents/{id}/gaps")
    GapPage gaps(
            @PathVariable UUID id,
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000_000) int offset,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            TenantId tenant) {
        if (!agents.exists(tenant, id)) {
            throw CommonProblem.NOT_FOUND.because("no agent " + id);
        }
        var page = gaps.list(tenant, id, offset, limit);
        return new GapPage(page.items().stream().map(GapView::of).toList(), page.total(), offset, limit);
    }
}
