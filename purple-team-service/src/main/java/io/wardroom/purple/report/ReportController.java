package io.wardroom.purple.test;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import io.wardroom.purple.test.TestFigures.Results;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.constraints.Pattern;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/// Reports on all tests, written row by row as they are read: their length costs no memory.
@RestController
@RequestMapping("/api/v1/reports")
class TestReportController {
    private final TestFigures figures;
    private final JsonMapper json;
    private final Clock clock;
    private final TransactionTemplate reading;

    TestReportController(TestFigures figures, JsonMapper json, Clock clock, PlatformTransactionManager transactions) {
        this.figures = figures;
        this.json = json;
        this.clock = clock;
        this.reading = new TransactionTemplate(transactions);
        this.reading.setReadOnly(true);
    }

    // these two stand in the API's document only: the answers are written by hand, in this form
    record ResultsReport(
            Instant generatedAt,
            Map<String, String> filters,
            long total,
            Map<String, Long> byState,
            Map<String, Long> byDetection,
            List<TestView> tests) {}

    record RemediationReport(
            Instant generatedAt,
            Map<String, String> filters,
            long total,
            Map<String, Long> byStatus,
            List<TestView> tests) {}

    @Operation(summary = "Reports the results of tests by when they were made")
    @ApiResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = ResultsReport.class)))
    @GetMapping("/test-results")
    void results(
            @RequestParam(required = false) @Nullable String state,
            @Parameter(description = "a day or a moment, ISO 8601")
                    @RequestParam(name = "date_from", required = false)
                    @Nullable
                    String dateFrom,
            @Parameter(description = "a day, which is counted in, or a moment")
                    @RequestParam(name = "date_to", required = false)
                    @Nullable
                    String dateTo,
            Actor actor,
            HttpServletResponse response) {
        var wanted = new Results(
                state == null ? null : TestState.of(state).orElseThrow(() -> invalid("state", "is no state of a test")),
                dateFrom == null ? null : moment("date_from", dateFrom, 0),
                dateTo == null ? null : moment("date_to", dateTo, 1));
        var filters = new LinkedHashMap<String, @Nullable String>();
        filters.put("state", state);
        filters.put("date_from", dateFrom);
        filters.put("date_to", dateTo);
        reading.executeWithoutResult(_ -> {
            var byState = figures.resultsBy(actor.tenant(), wanted, true);
            var byDetection = figures.resultsBy(actor.tenant(), wanted, false);
            write(
                    response,
                    filters,
                    byState,
                    Map.of("by_state", byState, "by_detection", byDetection),
                    actor,
                    reader -> figures.eachResult(actor.tenant(), wanted, reader));
        });
    }

    @Operation(summary = "Reports how far the remediation of findings is, of all tests with steps")
    @ApiResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = RemediationReport.class)))
    @GetMapping("/remediation-status")
    void remediations(
            @RequestParam(required = false)
                    @Pattern(
                            regexp = "pending|in_progress|completed|not_applicable",
                            message = "must be pending, in_progress, completed or not_applicable")
                    @Nullable
                    String status,
            Actor actor,
            HttpServletResponse response) {
        var filters = new LinkedHashMap<String, @Nullable String>();
        filters.put("status", status);
        reading.executeWithoutResult(_ -> {
            var byStatus = figures.remediationsByStatus(actor.tenant(), status);
            write(
                    response,
                    filters,
                    byStatus,
                    Map.of("by_status", byStatus),
                    actor,
                    reader -> figures.eachRemediation(actor.tenant(), status, reader));
        });
    }

    private void write(
            HttpServletResponse response,
            Map<String, @Nullable String> filters,
            Map<String, Long> parts,
            Map<String, Map<String, Long>> counts,
            Actor actor,
            Consumer<Consumer<AttackTest>> rows) {
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        var side = Side.of(actor.role());
        try (var report = json.createGenerator(response.getOutputStream())) {
            report.writeStartObject();
            report.writePOJOProperty("generated_at", clock.instant());
            report.writePOJOProperty("filters", filters);
            report.writeNumberProperty(
                    "total", parts.values().stream().mapToLong(Long::longValue).sum());
            counts.forEach(report::writePOJOProperty);
            report.writeArrayPropertyStart("tests");
            rows.accept(test -> report.writePOJO(TestView.of(test, side)));
            report.writeEndArray();
            report.writeEndObject();
        } catch (IOException hungUp) {
            throw new UncheckedIOException(hungUp);
        }
    }

    /// @param days how many are added to a day without a time
    private static Instant moment(String field, String text, int days) {
        try {
            return text.length() == 10
                    ? LocalDate.parse(text)
                            .plusDays(days)
                            .atStartOfDay(ZoneOffset.UTC)
                            .toInstant()
                    : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException malformed) {
            throw invalid(field, "must be a day or a moment, such as 2026-01-31");
        }
    }

    private static ProblemException invalid(String field, String message) {
        return ProblemException.invalid(new FieldFault(field, message));
    }
}
