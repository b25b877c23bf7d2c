package io.wardroom.audit.eventexport;

import io.swagger.v3.oas.annotations.Operation;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/event-export")
@PreAuthorize("hasRole('admin')")
class EventExportController {
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final EventExports exports;
    private final TenantTopics topics;

    EventExportController(EventExports exports, TenantTopics topics) {
        this.exports = exports;
        this.topics = topics;
    }

    record EventExportForm(@NotNull @Nullable Boolean enabled) {}

    /// @param since  when it was switched on
    /// @param topics where the tenant's integrators find its events on Kafka
    record EventExportView(boolean enabled, @Nullable Instant since, List<String> topics) {}

    @Operation(summary = "Tells whether the tenant's events are copied into topics of its own")
    @GetMapping
    EventExportView get(TenantId tenant) {
        return view(tenant, exports.of(tenant));
    }

    @Operation(
            summary = "Switches the copying of the tenant's events into topics of its own",
            description =
                    "The topics are there when the answer is. What is in them stays when it is switched off, until"
                            + " its time is over.")
    @PutMapping
    EventExportView set(@Valid @RequestBody EventExportForm form, Actor actor, Caller caller) {
        return switch (exports.set(actor, caller, Boolean.TRUE.equals(form.enabled()))) {
            case EventExport.Outcome.Switched(var export) -> view(actor.tenant(), export);
            case EventExport.Outcome.NoRoom(var most) ->
                throw CommonProblem.BUSINESS_RULE.because(
                        "events are exported for %d tenants already, which is the most".formatted(most));
            case EventExport.Outcome.BrokerAway _ ->
                throw CommonProblem.UNAVAILABLE
                        .because("the topics cannot be made now")
                        .retryAfter(PAUSE);
        };
    }

    private EventExportView view(TenantId tenant, EventExport export) {
        return new EventExportView(export.enabled(), export.since(), topics.of(tenant));
    }
}
