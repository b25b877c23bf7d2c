package io.wardroom.audit.log;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.wardroom.audit.log.AuditLog.AskProof;
import io.wardroom.audit.log.AuditLog.Reader;
import io.wardroom.audit.log.AuditLogRepository.Filter;
import io.wardroom.common.audit.AuditAction;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/audit-logs")
class AuditLogController {
    private static final String OUTCOMES = "success|refused";

    private final AuditLog log;
    private final Exports exports;

    AuditLogController(AuditLog log, Exports exports) {
        this.log = log;
        this.exports = exports;
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

    record ProofView(
            UUID entryId,
            long leafIndex,
            String leafHash,
            long treeSize,
            List<String> hashes,
            @Nullable String leafInput,
            UUID tenantId) {
        static ProofView of(AuditLog.Proof proof) {
            var base64 = Base64.getEncoder();
            var input = proof.leafInput();
            return new ProofView(
                    proof.entry(),
                    proof.leafIndex(),
                    base64.encodeToString(proof.leafHash()),
                    proof.treeSize(),
                    proof.hashes().stream().map(base64::encodeToString).toList(),
                    input == null ? null : base64.encodeToString(input),
                    proof.tenant().value());
        }
    }

    @Operation(
            summary = "Lists the tenant's audit log, newest first",
            description = "start_date and end_date take a day or a moment in ISO 8601; a day's end is its last moment."
                    + " Reading the log leaves a row in it.")
    @GetMapping
    @PreAuthorize("hasRole('admin')")
    AuditLogPage list(
            @RequestParam(name = "user_id", required = false) @Nullable UUID userId,
            @RequestParam(required = false) @Size(max = 100) @Nullable String action,
            @RequestParam(name = "entity_type", required = false) @Size(max = 100) @Nullable String entityType,
            @RequestParam(name = "entity_id", required = false) @Size(max = 250) @Nullable String entityId,
            @RequestParam(required = false) @Pattern(regexp = OUTCOMES) @Nullable String outcome,
            @RequestParam(name = "source_ip", required = false) @Size(max = 100) @Nullable String sourceIp,
            @RequestParam(required = false) @Size(min = 1, max = 200) @Nullable String search,
            @RequestParam(name = "start_date", required = false) @Nullable String startDate,
            @RequestParam(name = "end_date", required = false) @Nullable String endDate,
            @RequestParam(required = false) @Nullable UUID cursor,
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000_000) int offset,
            @RequestParam(defaultValue = "50") @Min(1) @Max(100) int limit,
            Actor actor,
            Caller caller) {
        var filter =
                filter(userId, action, entityType, entityId, outcome, sourceIp, search, startDate, endDate, cursor);
        var page = log.list(new Reader(actor, caller), filter, offset, limit);
        var items = page.items().stream().map(AuditLogView::of).toList();
        return new AuditLogPage(
                items,
                page.total(),
                offset,
                limit,
                items.size() == limit ? items.getLast().id() : null);
    }

    @Operation(summary = "Lists the different actions in the tenant's audit log")
    @GetMapping("/actions")
    @PreAuthorize("hasRole('admin')")
    List<String> actions(Actor actor, Caller caller) {
        return log.actions(new Reader(actor, caller));
    }

    @Operation(summary = "Lists the different kinds of entities in the tenant's audit log")
    @GetMapping("/entity-types")
    @PreAuthorize("hasRole('admin')")
    List<String> entityTypes(Actor actor, Caller caller) {
        return log.entityTypes(new Reader(actor, caller));
    }

    @Operation(
            summary = "Proves that a row is in the log",
            description =
                    "The hashes lead from the row's leaf (RFC 6962) to the root of the tree of tree_size rows, that of"
                            + " the newest checkpoint where none is asked for. leaf_input is what the leaf is the hash of, null for"
                            + " an erased row.")
    @GetMapping("/{id}/proof")
    @PreAuthorize("hasRole('admin')")
    ProofView proof(
            @PathVariable UUID id,
            @RequestParam(name = "tree_size", required = false) @Min(1) @Nullable Long treeSize,
            Actor actor,
            Caller caller) {
        return switch (log.proof(new Reader(actor, caller), id, treeSize)) {
            case AskProof.Proven(var proof) -> ProofView.of(proof);
            case AskProof.NoSuchRow _ -> throw CommonProblem.NOT_FOUND.because("no row " + id);
            case AskProof.NotInThatTree(var leaf, var size) ->
                throw ProblemException.invalid(new FieldFault(
                        "tree_size", "must be above %d, where the row stands, and at most %d".formatted(leaf, size)));
        };
    }

    @Operation(
            summary = "Exports the log in the order of its tree, as NDJSON or CSV",
            description =
                    "Without a filter the NDJSON holds all that wardroom-audit-verify needs. A platform administrator"
                            + " may ask for the installation's own log: tenant_id is the nil UUID.",
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            content = {@Content(mediaType = Exports.NDJSON), @Content(mediaType = "text/csv")}))
    @GetMapping("/export")
    @PreAuthorize("hasRole('admin')")
    void export(
            @RequestParam(defaultValue = "ndjson") @Pattern(regexp = "ndjson|csv") String format,
            @RequestParam(name = "tenant_id", required = false) @Nullable UUID tenantId,
            @RequestParam(name = "user_id", required = false) @Nullable UUID userId,
            @RequestParam(required = false) @Size(max = 100) @Nullable String action,
            @RequestParam(name = "entity_type", required = false) @Size(max = 100) @Nullable String entityType,
            @RequestParam(name = "entity_id", required = false) @Size(max = 250) @Nullable String entityId,
            @RequestParam(required = false) @Pattern(regexp = OUTCOMES) @Nullable String outcome,
            @RequestParam(name = "source_ip", required = false) @Size(max = 100) @Nullable String sourceIp,
            @RequestParam(required = false) @Size(min = 1, max = 200) @Nullable String search,
            @RequestParam(name = "start_date", required = false) @Nullable String startDate,
            @RequestParam(name = "end_date", required = false) @Nullable String endDate,
            Actor actor,
            Caller caller,
            HttpServletResponse response) {
        var filter = filter(userId, action, entityType, entityId, outcome, sourceIp, search, startDate, endDate, null);
        switch (exports.write(new Reader(actor, caller), tenantId, format, filter, response)) {
            case WRITTEN -> {}
            case NO_SUCH_LOG -> throw CommonProblem.NOT_FOUND.because("no log " + tenantId);
            case TOO_MANY ->
                throw CommonProblem.RATE_LIMITED
                        .because("too many exports are running")
                        .retryAfter(Exports.PAUSE);
        }
    }

    /// What was sent of a broken export must not look like a whole one: nothing is answered, the connection ends.
    @ExceptionHandler
    void broken(Exports.BrokenExport broken) {
        throw broken;
    }

    private static Filter filter(
            @Nullable UUID userId,
            @Nullable String action,
            @Nullable String entityType,
            @Nullable String entityId,
            @Nullable String outcome,
            @Nullable String sourceIp,
            @Nullable String search,
            @Nullable String startDate,
            @Nullable String endDate,
            @Nullable UUID cursor) {
        return new Filter(
                userId,
                storable("action", action),
                storable("entity_type", entityType),
                storable("entity_id", entityId),
                outcome,
                storable("source_ip", sourceIp),
                storable("search", search),
                startDate == null ? null : moment("start_date", startDate, false),
                endDate == null ? null : moment("end_date", endDate, true),
                cursor);
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
            throw ProblemException.invalid(new FieldFault(field, "must be a day or a moment in ISO 8601"));
        }
    }

    private static @Nullable String storable(String field, @Nullable String text) {
        if (text != null && (text.indexOf(0) >= 0 || text.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF))) {
            throw ProblemException.invalid(new FieldFault(field, "must not contain NUL or half a character"));
        }
        return text;
    }
}
