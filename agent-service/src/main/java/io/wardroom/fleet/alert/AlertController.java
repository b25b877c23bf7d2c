package io.wardroom.fleet.alert;

import io.swagger.v3.oas.annotations.Operation;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.InThisAge;
import io.wardroom.fleet.Texts;
import io.wardroom.fleet.alert.Alert.Status;
import io.wardroom.fleet.alert.ChangeAlert.Outcome.Changed;
import io.wardroom.fleet.alert.ChangeAlert.Outcome.NoSuchAlert;
import io.wardroom.fleet.alert.ChangeAlert.Outcome.NotFrom;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/alerts")
class AlertController {
    private final Alerts alerts;

    AlertController(Alerts alerts) {
        this.alerts = alerts;
    }

    /// @param resolvedBy a person's name, or `system`
    /// @param muted      whether a silence or a maintenance window has kept it from being announced
    record AlertView(
            UUID id,
            UUID agentId,
            @Nullable UUID ruleId,
            String category,
            String severity,
            String title,
            @Nullable String detail,
            String status,
            int count,
            boolean muted,
            @Nullable String mutedBy,
            Instant detectedAt,
            Instant lastAt,
            @Nullable Instant acknowledgedAt,
            @Nullable String acknowledgedBy,
            @Nullable Instant resolvedAt,
            @Nullable String resolvedBy) {
        static AlertView of(Alert alert) {
            return new AlertView(
                    alert.id(),
                    alert.agent(),
                    alert.rule(),
                    alert.category(),
                    alert.severity(),
                    alert.title(),
                    alert.detail(),
                    alert.status().spelled(),
                    alert.count(),
                    alert.announcedAt() == null,
                    alert.mutedBy(),
                    alert.detectedAt(),
                    alert.lastAt(),
                    alert.acknowledgedAt(),
                    alert.acknowledgedBy(),
                    alert.resolvedAt(),
                    alert.resolvedBy());
        }
    }

    record AlertPage(
            List<AlertView> items,
            long total,
            int offset,
            int limit,
            @Nullable String nextCursor) {}

    /// A change of state that the alert's present one does not allow.
    record TransitionView(Detail detail, String code) {
        record Detail(
                String message, String code, String currentState, String targetState, List<String> validTransitions) {}
    }

    private static final class TransitionException extends RuntimeException {
        private final Status from;
        private final Status to;

        TransitionException(Status from, Status to) {
            super(null, null, false, false);
            this.from = from;
            this.to = to;
        }

        TransitionView view() {
            var code = CommonProblem.INVALID_TRANSITION.code();
            var valid = from.next().stream().map(Status::spelled).toList();
            return new TransitionView(
                    new TransitionView.Detail(
                            "Cannot transition from '%s' to '%s'. Valid transitions: %s"
                                    .formatted(
                                            from.spelled(),
                                            to.spelled(),
                                            valid.stream()
                                                    .map(one -> "'" + one + "'")
                                                    .toList()),
                            code,
                            from.spelled(),
                            to.spelled(),
                            valid),
                    code);
        }
    }

    @Operation(
            summary = "Lists the tenant's alerts, the newest first",
            description =
                    "`next_cursor`, shown as `cursor`, goes on behind the page; without it the list is at its end.")
    @GetMapping
    AlertPage list(
            @RequestParam(required = false) @Pattern(regexp = "open|acknowledged|resolved") @Nullable String status,
            @RequestParam(required = false) @Pattern(regexp = "critical|high|medium|warning") @Nullable String severity,
            @RequestParam(required = false) @Size(max = 64) @Pattern(regexp = Texts.STORABLE) @Nullable String category,
            @RequestParam(name = "agent_id", required = false) @Nullable UUID agentId,
            @RequestParam(name = "rule_id", required = false) @Nullable UUID ruleId,
            @RequestParam(required = false) @InThisAge @Nullable Instant since,
            @RequestParam(required = false) @InThisAge @Nullable Instant until,
            @RequestParam(required = false) @Size(max = 200) @Pattern(regexp = Texts.STORABLE) @Nullable String search,
            @RequestParam(required = false) @Nullable UUID cursor,
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000_000) int offset,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            TenantId tenant) {
        if (cursor != null && offset != 0) {
            throw ProblemException.invalid("offset", "does not go together with cursor");
        }
        var filter = new AlertRepository.Filter(
                status == null ? null : Status.of(status), severity, category, agentId, ruleId, since, until, search);
        var page = alerts.list(tenant, filter, cursor, offset, limit);
        return new AlertPage(
                page.items().stream().map(AlertView::of).toList(),
                page.total(),
                offset,
                limit,
                page.items().size() < limit ? null : page.items().getLast().id().toString());
    }

    @Operation(summary = "Says that somebody looks after an alert; it stays until it is resolved")
    @PatchMapping("/{id}/acknowledge")
    @PreAuthorize("hasRole('writer')")
    AlertView acknowledge(@PathVariable UUID id, Actor actor, Caller caller) {
        return change(id, Status.ACKNOWLEDGED, actor, caller);
    }

    @Operation(
            summary = "Resolves an alert",
            description = "One whose condition still holds opens anew once it has held for as long as its rule asks.")
    @PatchMapping("/{id}/resolve")
    @PreAuthorize("hasRole('writer')")
    AlertView resolve(@PathVariable UUID id, Actor actor, Caller caller) {
        return change(id, Status.RESOLVED, actor, caller);
    }

    @ExceptionHandler
    ResponseEntity<TransitionView> refused(TransitionException refusal) {
        return ResponseEntity.status(CommonProblem.INVALID_TRANSITION.status()).body(refusal.view());
    }

    private AlertView change(UUID id, Status target, Actor actor, Caller caller) {
        return switch (alerts.change(actor, caller, id, target)) {
            case Changed(var alert) -> AlertView.of(alert);
            case NoSuchAlert() -> throw CommonProblem.NOT_FOUND.because("no alert " + id);
            case NotFrom(var status) -> throw new TransitionException(status, target);
        };
    }
}
