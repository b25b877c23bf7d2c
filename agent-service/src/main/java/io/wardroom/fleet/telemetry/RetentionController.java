package io.wardroom.fleet.telemetry;

import io.swagger.v3.oas.annotations.Operation;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/usage/retention")
@PreAuthorize("hasRole('admin')")
class RetentionController {
    private final Retentions retentions;

    RetentionController(Retentions retentions) {
        this.retentions = retentions;
    }

    record RetentionForm(
            @NotNull @Min(2) @Max(10_000) @Nullable Integer rawDays,
            @NotNull @Min(2) @Max(10_000) @Nullable Integer hourlyDays) {
        Retention toRetention() {
            return new Retention(rawDays == null ? 0 : rawDays, hourlyDays == null ? 0 : hourlyDays);
        }
    }

    /// @param rawDays    days for which single points are kept
    /// @param hourlyDays days for which hourly roll-ups are kept
    record RetentionView(int rawDays, int hourlyDays) {
        static RetentionView of(Retention retention) {
            return new RetentionView(retention.rawDays(), retention.hourlyDays());
        }
    }

    @Operation(summary = "Tells how long the tenant's telemetry is kept")
    @GetMapping
    RetentionView get(TenantId tenant) {
        return RetentionView.of(retentions.of(tenant));
    }

    @Operation(
            summary = "Sets how long the tenant's telemetry is kept",
            description = "What is past its time is removed within a day.")
    @PutMapping
    RetentionView set(@Valid @RequestBody RetentionForm form, Actor actor, Caller caller) {
        return switch (retentions.keep(actor, caller, form.toRetention())) {
            case Retention.Outcome.Kept(var retention) -> RetentionView.of(retention);
            case Retention.Outcome.TooLong(var allowed) ->
                throw ProblemException.invalid(
                        form.toRetention().rawDays() > allowed.rawDays() ? "raw_days" : "hourly_days",
                        "at most %d days of points and %d of roll-ups are kept"
                                .formatted(allowed.rawDays(), allowed.hourlyDays()));
            case Retention.Outcome.RollUpsShorterThanPoints _ ->
                throw ProblemException.invalid("hourly_days", "must not be less than raw_days");
        };
    }
}
