package io.wardroom.audit.log;

import io.swagger.v3.oas.annotations.Operation;
import io.wardroom.common.audit.AuditAction;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
class AuditLogController {
    private final AuditLog log;

    AuditLogController(AuditLog log) {
        this.log = log;
    }

    record AuditLogView(
            UUID id,
            @Nullable UUID userId,
            @Nullable String username,
            String action,
            String entityType,
            @Nullable String entityId,
            Instant timestamp,
            Map<String, Object> details,
            UUID tenantId,
            String actorType,
            @Nullable String sourceIp,
            @Nullable String userAgent,
            @Nullable String requestId,
            String outcome,
            @Nullable String reason) {
        static AuditLogView of(AuditAction deed) {
            return new AuditLogView(
                    deed.id(),
                    deed.userId(),
                    deed.username(),
                    deed.action(),
                    deed.entityType(),
                    deed.entityId(),
                    deed.timestamp(),
                    deed.details(),
                    deed.tenantId(),
                    deed.actorType(),
                    deed.sourceIp(),
                    deed.userAgent(),
                    deed.requestId(),
                    deed.outcome(),
                    deed.reason());
        }
    }

    /// @param nextCursor what to ask for as `cursor` to go on behind this page; null at the end
    record AuditLogPage(
            List<AuditLogView> items,
            long total,
            int offset,
            int limit,
            @Nullable UUID nextCursor) {}

    @Operation(
            summary = "Lists the tenant's audit log, newest first",
            description = "start_date and end_date take a day or a moment in ISO 8601; a day's end is its last moment.")
    @GetMapping("/api/v1/audit-logs")
    @PreAuthorize("hasRole('admin')")
    AuditLogPage list(
            @RequestParam(name = "user_id", required = false) @Nullable UUID userId,
            @RequestParam(required = false) @Size(max = 100) @Nullable String action,
            @RequestParam(name = "entity_type", required = false) @Size(max = 100) @Nullable String entityType,
            @RequestParam(name = "start_date", required = false) @Nullable String startDate,
            @RequestParam(name = "end_date", required = false) @Nullable String endDate,
            @RequestParam(required = false) @Nullable UUID cursor,
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000_000) int offset,
            @RequestParam(defaultValue = "50") @Min(1) @Max(100) int limit,
            Actor actor) {
        var filter = new AuditLogRepository.Filter(
                userId,
                storable("action", action),
                storable("entity_type", entityType),
                startDate == null ? null : moment("start_date", startDate, false),
                endDate == null ? null : moment("end_date", endDate, true),
                cursor);
        var page = log.list(actor, filter, offset, limit);
        var items = page.items().stream().map(AuditLogView::of).toList();
        return new AuditLogPage(
                items,
                page.total(),
                offset,
                limit,
                items.size() == limit ? items.getLast().id() : null);
    }

    /// Reads a day or a moment; without an offset it is UTC.
    private static Instant moment(String field, String text, boolean endOfDay) {
        try {
            if (text.length() <= "2026-01-31".length()) {
                var day = LocalDate.parse(text);
                return endOfDay
                        ? day.plusDays(1)
                                .atStartOfDay(ZoneOffset.UTC)
                                .toInstant()
                                .minusNanos(1_000)
                        : day.atStartOfDay(ZoneOffset.UTC).toInstant();
            }
            // a plus sign that was not encoded arrives as a space
            var whole = text.replace(' ', '+');
            return whole.matches(".*(Z|[+-]\\d{2}:?\\d{2})$")
                    ? OffsetDateTime.parse(whole).toInstant()
                    : OffsetDateTime.parse(whole + "Z").toInstant();
        } catch (DateTimeParseException malformed) {
            throw ProblemException.invalid(field, "must be a day or a moment in ISO 8601");
        }
    }

    private static @Nullable String storable(String field, @Nullable String text) {
        if (text != null && text.indexOf(0) >= 0) {
            throw ProblemException.invalid(field, "must not contain NUL");
        }
        return text;
    }
}
