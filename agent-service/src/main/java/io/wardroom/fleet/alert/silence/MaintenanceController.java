package io.wardroom.fleet.alert.silence;

import io.swagger.v3.oas.annotations.Operation;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.Texts;
import io.wardroom.fleet.alert.silence.MaintenanceWindow.Once;
import io.wardroom.fleet.alert.silence.MaintenanceWindow.Schedule;
import io.wardroom.fleet.alert.silence.MaintenanceWindow.Weekly;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
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
@RequestMapping("/api/v1/maintenance-windows")
class MaintenanceController {
    private static final String DAY = "monday|tuesday|wednesday|thursday|friday|saturday|sunday";
    private static final String TIME = "([01][0-9]|2[0-3]):[0-5][0-9]";

    private final Silences silences;
    private final Clock clock;

    MaintenanceController(Silences silences, Clock clock) {
        this.silences = silences;
        this.clock = clock;
    }

    /// Either `starts_at` and `ends_at`, or `weekly`.
    record MaintenanceForm(
            @NotBlank @Size(max = 120) @Pattern(regexp = Texts.STORABLE)
            String name,

            @Size(max = 200) @Nullable List<@NotNull UUID> agentIds,
            @Size(max = 20) @Nullable List<@NotBlank @Size(max = 64) @Pattern(regexp = Texts.STORABLE) String> tags,
            @Nullable Instant startsAt,
            @Nullable Instant endsAt,
            @Valid @Nullable WeeklyForm weekly) {}

    /// @param days      on which it begins: `monday` to `sunday`
    /// @param startTime by the clocks of the zone: `22:30`
    /// @param endTime   on the next day where it is not behind the begin
    /// @param timeZone  such as `Europe/Paris`
    record WeeklyForm(
            @NotNull @Size(min = 1, max = 7) List<@NotNull @Pattern(regexp = DAY) String> days,
            @NotNull @Pattern(regexp = TIME) String startTime,
            @NotNull @Pattern(regexp = TIME) String endTime,
            @NotBlank @Size(max = 64) String timeZone) {}

    record WeeklyView(List<String> days, String startTime, String endTime, String timeZone) {}

    /// @param active whether it holds now
    record MaintenanceView(
            UUID id,
            String name,
            List<UUID> agentIds,
            List<String> tags,
            @Nullable Instant startsAt,
            @Nullable Instant endsAt,
            @Nullable WeeklyView weekly,
            boolean active,
            String createdBy,
            Instant createdAt) {
        static MaintenanceView of(MaintenanceWindow window, Instant now) {
            var once = window.schedule() instanceof Once schedule ? schedule : null;
            var weekly = window.schedule() instanceof Weekly schedule
                    ? new WeeklyView(
                            schedule.days().stream()
                                    .sorted()
                                    .map(day -> day.name().toLowerCase(Locale.ROOT))
                                    .toList(),
                            schedule.start().toString(),
                            schedule.end().toString(),
                            schedule.zone().getId())
                    : null;
            return new MaintenanceView(
                    window.id(),
                    window.name(),
                    window.agents(),
                    window.tags(),
                    once == null ? null : once.startsAt(),
                    once == null ? null : once.endsAt(),
                    weekly,
                    window.schedule().holds(now),
                    window.createdBy(),
                    window.createdAt());
        }
    }

    record MaintenancePage(List<MaintenanceView> items, long total, int offset, int limit) {}

    @Operation(summary = "Lists maintenance windows, the newest first")
    @GetMapping
    MaintenancePage list(
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000_000) int offset,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            TenantId tenant) {
        var now = clock.instant();
        var page = silences.listWindows(tenant, offset, limit);
        return new MaintenancePage(
                page.items().stream()
                        .map(window -> MaintenanceView.of(window, now))
                        .toList(),
                page.total(),
                offset,
                limit);
    }

    @Operation(
            summary = "Plans a time in which alerts of some hosts are muted, once or each week",
            description = "Without agents and tags it holds for all hosts of the tenant.")
    @PostMapping
    @PreAuthorize("hasRole('writer')")
    @ResponseStatus(HttpStatus.CREATED)
    MaintenanceView plan(@Valid @RequestBody MaintenanceForm form, Actor actor, Caller caller) {
        return silences.maintain(
                        actor,
                        caller,
                        form.name(),
                        form.agentIds() == null ? List.of() : List.copyOf(form.agentIds()),
                        form.tags() == null ? List.of() : List.copyOf(form.tags()),
                        schedule(form))
                .map(window -> MaintenanceView.of(window, clock.instant()))
                .orElseThrow(() -> CommonProblem.BUSINESS_RULE.because(
                        "a tenant has at most %d maintenance windows".formatted(MaintenanceRepository.MOST)));
    }

    @Operation(summary = "Deletes a maintenance window")
    @DeleteMapping("/{id}")
    @PreAuthorize("hasRole('writer')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable UUID id, Actor actor, Caller caller) {
        if (!silences.deleteWindow(actor, caller, id)) {
            throw CommonProblem.NOT_FOUND.because("no maintenance window " + id);
        }
    }

    private Schedule schedule(MaintenanceForm form) {
        var weekly = form.weekly();
        var starts = form.startsAt();
        var ends = form.endsAt();
        if (weekly != null) {
            if (starts != null || ends != null) {
                throw ProblemException.invalid("weekly", "a window is either weekly or has starts_at and ends_at");
            }
            var days = EnumSet.noneOf(DayOfWeek.class);
            weekly.days().forEach(day -> days.add(DayOfWeek.valueOf(day.toUpperCase(Locale.ROOT))));
            return new Weekly(
                    days, LocalTime.parse(weekly.startTime()), LocalTime.parse(weekly.endTime()), zone(weekly));
        }
        if (starts == null || ends == null) {
            throw ProblemException.invalid(
                    starts == null ? "starts_at" : "ends_at", "is needed where the window is not weekly");
        }
        Period.check(starts, ends, clock.instant());
        return new Once(starts, ends);
    }

    private static ZoneId zone(WeeklyForm weekly) {
        // names of the tz database, whose clock changes are known; no bare offsets in disguise
        if (!ZoneId.getAvailableZoneIds().contains(weekly.timeZone())) {
            throw ProblemException.invalid("weekly.time_zone", "must be a name such as Europe/Paris or UTC");
        }
        return ZoneId.of(weekly.timeZone());
    }
}
