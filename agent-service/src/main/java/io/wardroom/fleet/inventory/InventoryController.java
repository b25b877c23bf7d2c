package io.wardroom.fleet.inventory;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.InThisAge;
import io.wardroom.fleet.Texts;
import io.wardroom.fleet.inventory.InventoryRepository.Mark;
import io.wardroom.fleet.inventory.InventoryRepository.State;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/agents/{id}")
class InventoryController {
    private final Inventory inventory;
    private final Activities activities;

    InventoryController(Inventory inventory, Activities activities) {
        this.inventory = inventory;
        this.activities = activities;
    }

    /// @param observedAt    null where the agent told nothing of it yet
    /// @param changedAt     when it was last observed to differ
    /// @param refused       rows that lacked what names them
    /// @param truncated     the agent told only a part
    /// @param reportedTotal how many rows it said there are, where it told only a part
    record SectionSummary(
            String section,
            @Nullable Instant observedAt,
            @Nullable Instant changedAt,
            int count,
            int refused,
            boolean truncated,
            @Nullable Long reportedTotal) {
        static SectionSummary of(Section section, @Nullable State state) {
            return state == null
                    ? new SectionSummary(section.spelled(), null, null, 0, 0, false, null)
                    : new SectionSummary(
                            section.spelled(),
                            state.observedAt(),
                            state.changedAt(),
                            state.rows(),
                            state.refused(),
                            state.reportedTotal() != null,
                            state.reportedTotal());
        }
    }

    /// @param observedAt the newest of its sections'
    record InventoryView(UUID agentId, @Nullable Instant observedAt, List<SectionSummary> sections) {}

    record SectionView(
            UUID agentId,
            String section,
            @Nullable Instant observedAt,
            boolean truncated,
            @Nullable Long reportedTotal,
            List<Map<String, @Nullable Object>> items,
            long total,
            int offset,
            int limit) {}

    /// @param change `added`, `changed` or `removed`
    /// @param key    names the row among those of its section
    record ChangeView(
            String section,
            String change,
            String key,
            @Nullable Map<String, @Nullable Object> before,
            @Nullable Map<String, @Nullable Object> after,
            Instant at) {
        static ChangeView of(InventoryRepository.Change change) {
            return new ChangeView(
                    change.section().spelled(),
                    change.change(),
                    change.key(),
                    change.before(),
                    change.after(),
                    change.at());
        }
    }

    /// @param nextCursor for the page behind this one; null on the last
    record ChangePage(
            List<ChangeView> items,
            long total,
            int offset,
            int limit,
            @Nullable String nextCursor) {}

    record ActivityView(UUID agentId, @Nullable Instant observedAt, List<Map<String, @Nullable Object>> items) {}

    @Operation(summary = "Tells of each section of an agent's inventory when it was observed and what it holds")
    @GetMapping("/inventory")
    InventoryView summary(@PathVariable UUID id, TenantId tenant) {
        var states = inventory.summary(tenant, id).orElseThrow(() -> noAgent(id));
        var newest = states.values().stream()
                .map(State::observedAt)
                .filter(Objects::nonNull)
                .max(Comparator.naturalOrder());
        return new InventoryView(
                id,
                newest.orElse(null),
                Arrays.stream(Section.values())
                        .map(section -> SectionSummary.of(section, states.get(section)))
                        .toList());
    }

    @Operation(
            summary = "Reads one section of an agent's inventory as it is now",
            description = "`search` finds rows by a part of any of their values.")
    @GetMapping({
        "/inventory/packages",
        "/inventory/containers",
        "/inventory/systemd",
        "/inventory/users",
        "/inventory/sudo",
        "/inventory/ssh-keys",
        "/inventory/backups",
        "/inventory/ports",
        "/inventory/os"
    })
    SectionView section(
            @PathVariable UUID id,
            @RequestParam(required = false) @Size(max = 200) @Pattern(regexp = Texts.STORABLE) @Nullable String search,
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000_000) int offset,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            HttpServletRequest request,
            TenantId tenant) {
        var path = request.getRequestURI();
        var section = Section.of(path.substring(path.lastIndexOf('/') + 1))
                .orElseThrow(() -> CommonProblem.NOT_FOUND.because("no such section"));
        var page = inventory.section(tenant, id, section, search, offset, limit).orElseThrow(() -> noAgent(id));
        var summary = SectionSummary.of(section, page.state());
        return new SectionView(
                id,
                section.spelled(),
                summary.observedAt(),
                summary.truncated(),
                summary.reportedTotal(),
                page.items(),
                page.total(),
                offset,
                limit);
    }

    @Operation(
            summary = "Lists what appeared, changed and disappeared, the newest first",
            description = "The first observation of a section is no change.")
    @GetMapping("/inventory/changes")
    ChangePage changes(
            @PathVariable UUID id,
            @Parameter(description = "RFC 3339, inclusive") @RequestParam(required = false) @InThisAge @Nullable
                    Instant since,
            @Parameter(description = "RFC 3339, exclusive") @RequestParam(required = false) @InThisAge @Nullable
                    Instant until,
            @RequestParam(required = false) @Nullable String section,
            @RequestParam(required = false)
                    @Pattern(regexp = "added|changed|removed", message = "must be added, changed or removed")
                    @Nullable
                    String change,
            @Parameter(description = "`next_cursor` of the page before; takes the place of an offset")
                    @RequestParam(required = false)
                    @Nullable
                    String cursor,
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000_000) int offset,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            TenantId tenant) {
        var filter =
                new InventoryRepository.ChangeFilter(since, until, section == null ? null : known(section), change);
        var page = inventory
                .changes(tenant, id, filter, cursor == null ? null : mark(cursor), offset, limit)
                .orElseThrow(() -> noAgent(id));
        var items = page.items();
        return new ChangePage(
                items.stream().map(ChangeView::of).toList(),
                page.total(),
                offset,
                limit,
                items.size() < limit ? null : cursor(items.getLast()));
    }

    @Operation(summary = "Shows the processes an agent saw last, the busiest first")
    @GetMapping("/processes")
    ActivityView processes(@PathVariable UUID id, TenantId tenant) {
        return latest(tenant, id, Activity.Kind.PROCESSES);
    }

    @Operation(summary = "Shows the connections with other machines that an agent saw last")
    @GetMapping("/connections")
    ActivityView connections(@PathVariable UUID id, TenantId tenant) {
        return latest(tenant, id, Activity.Kind.CONNECTIONS);
    }

    private ActivityView latest(TenantId tenant, UUID id, Activity.Kind kind) {
        var latest = activities.latest(tenant, id, kind).orElseThrow(() -> noAgent(id));
        return new ActivityView(id, latest.observedAt(), latest.items());
    }

    private static Section known(String section) {
        return Section.of(section).orElseThrow(() -> ProblemException.invalid("section", "is no section"));
    }

    private static String cursor(InventoryRepository.Change last) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, last.at()) + "." + last.id();
    }

    private static Mark mark(String cursor) {
        if (!cursor.matches("\\d{1,17}\\.\\d{1,18}")) {
            throw ProblemException.invalid("cursor", "must be a next_cursor");
        }
        var dot = cursor.indexOf('.');
        // of 17 and 18 digits, which a long and an instant hold
        var at = Instant.EPOCH.plus(Long.parseLong(cursor.substring(0, dot)), ChronoUnit.MICROS);
        if (!InThisAge.Check.holds(at)) {
            throw ProblemException.invalid("cursor", "must be a next_cursor");
        }
        return new Mark(at, Long.parseLong(cursor.substring(dot + 1)));
    }

    private static ProblemException noAgent(UUID id) {
        return CommonProblem.NOT_FOUND.because("no agent " + id);
    }
}
