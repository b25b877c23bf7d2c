package io.wardroom.purple.report;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.Texts;
import io.wardroom.purple.report.Report.Column;
import io.wardroom.purple.technique.Coverage;
import io.wardroom.purple.technique.Technique;
import io.wardroom.purple.technique.TechniqueStatus;
import io.wardroom.purple.technique.Techniques;
import io.wardroom.purple.technique.TechniquesInUse;
import io.wardroom.purple.test.Side;
import io.wardroom.purple.test.TestFigures;
import io.wardroom.purple.test.TestFigures.Results;
import io.wardroom.purple.test.TestFigures.TechniqueTests;
import io.wardroom.purple.test.TestState;
import io.wardroom.purple.test.TestView;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// Reports as JSON, or as a page to print where the caller likes HTML better.
@RestController
@RequestMapping("/api/v1/reports")
class ReportController {
    private static final String AS = "`html` for a page to print, `json` otherwise; without it `Accept` decides";
    private static final String FORMATS = "json|html";
    private static final String FORMAT = "must be json or html";
    private static final String TACTIC = "a tactic's short name; several, or joined by commas, match any of them";
    private static final int MOST_TACTICS = 30;
    private static final int LONGEST_WORD = 64;

    // what a table of tests tells of each; JSON tells all
    private static final List<Column<TestView>> TEST_COLUMNS = List.of(
            new Column<>("technique", TestView::techniqueMitreId),
            new Column<>("test", TestView::name),
            new Column<>("platform", TestView::platform),
            new Column<>("state", TestView::state),
            new Column<>("created", test -> day(test.createdAt())),
            new Column<>("executed", test -> day(test.executionDate())),
            new Column<>("attack_success", TestView::attackSuccess),
            new Column<>("detection", TestView::detectionResult),
            new Column<>("red_verdict", TestView::redValidationStatus),
            new Column<>("blue_verdict", TestView::blueValidationStatus));

    private static final List<Column<TestView>> REMEDIATION_COLUMNS = List.of(
            new Column<>("technique", TestView::techniqueMitreId),
            new Column<>("test", TestView::name),
            new Column<>("state", TestView::state),
            new Column<>("detection", TestView::detectionResult),
            new Column<>("remediation", TestView::remediationStatus),
            new Column<>("steps", TestView::remediationSteps),
            new Column<>("completed", test -> day(test.remediationCompletedAt())));

    private static final List<Column<CoverageRow>> COVERAGE_COLUMNS = List.of(
            new Column<>("mitre_id", CoverageRow::mitreId),
            new Column<>("name", CoverageRow::name),
            new Column<>("tactic", CoverageRow::tactic),
            new Column<>("platforms", row -> String.join(",", row.platforms())),
            new Column<>("status_global", CoverageRow::statusGlobal),
            new Column<>("tests_total", CoverageRow::testsTotal),
            new Column<>("tests_validated", CoverageRow::testsValidated),
            new Column<>("detected", CoverageRow::detected),
            new Column<>("partially_detected", CoverageRow::partiallyDetected),
            new Column<>("not_detected", CoverageRow::notDetected));

    private final Reports reports;
    private final TestFigures tests;
    private final Techniques techniques;

    ReportController(Reports reports, TestFigures tests, Techniques techniques) {
        this.reports = reports;
        this.tests = tests;
        this.techniques = techniques;
    }

    // these three stand in the API's document only: the answers are written row by row, in this form
    record CoverageReport(
            Instant generatedAt, Map<String, String> filters, CoverageSummary summary, List<CoverageRow> techniques) {}

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

    record CoverageSummary(
            int totalTechniques,
            int validated,
            int partial,
            int notCovered,
            int inProgress,
            int notEvaluated,
            BigDecimal coveragePercentage,
            BigDecimal weightedCoverage) {
        static CoverageSummary of(Coverage coverage) {
            return new CoverageSummary(
                    coverage.total(),
                    coverage.of(TechniqueStatus.VALIDATED),
                    coverage.of(TechniqueStatus.PARTIAL),
                    coverage.of(TechniqueStatus.NOT_COVERED),
                    coverage.of(TechniqueStatus.IN_PROGRESS),
                    coverage.of(TechniqueStatus.NOT_EVALUATED),
                    coverage.percentage(),
                    coverage.weighted());
        }
    }

    /// @param tactic       its tactics in matrix order, joined by commas
    /// @param testsTotal   tests in any state
    /// @param detected     validated tests that blue detected; the next two alike
    record CoverageRow(
            String mitreId,
            String name,
            String tactic,
            List<String> platforms,
            String statusGlobal,
            int testsTotal,
            int testsValidated,
            int detected,
            int partiallyDetected,
            int notDetected) {
        static CoverageRow of(Technique technique, TechniqueTests tests) {
            return new CoverageRow(
                    technique.mitreId(),
                    technique.name(),
                    String.join(",", technique.tactics()),
                    technique.platforms(),
                    technique.status().spelled(),
                    tests.total(),
                    tests.validated(),
                    tests.detected(),
                    tests.partiallyDetected(),
                    tests.notDetected());
        }
    }

    @Operation(summary = "Reports how the techniques in use stand, one by one")
    @ApiResponse(
            responseCode = "200",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                        schema = @Schema(implementation = CoverageReport.class)),
                @Content(mediaType = MediaType.TEXT_HTML_VALUE)
            })
    @GetMapping("/coverage-summary")
    void coverage(
            @Parameter(description = TACTIC) @RequestParam(required = false) @Size(max = MOST_TACTICS) @Nullable
                    List<@Size(max = LONGEST_WORD) @Pattern(regexp = Texts.STORABLE) String> tactic,
            @RequestParam(required = false) @Size(max = LONGEST_WORD) @Pattern(regexp = Texts.STORABLE) @Nullable
                    String platform,
            @Parameter(description = AS)
                    @RequestParam(required = false)
                    @Pattern(regexp = FORMATS, message = FORMAT)
                    @Nullable
                    String format,
            TenantId tenant,
            HttpServletRequest request,
            HttpServletResponse response) {
        answer(format(format, request, response), () -> coverage(tenant, tactic, platform), response);
    }

    @Operation(
            summary = "The same as a table for spreadsheets",
            description =
                    "RFC 4180, UTF-8, with a header. A text that a spreadsheet would run has an apostrophe ahead of it.")
    @ApiResponse(responseCode = "200", content = @Content(mediaType = "text/csv", schema = @Schema(type = "string")))
    @GetMapping("/coverage-csv")
    void coverageCsv(
            @Parameter(description = TACTIC) @RequestParam(required = false) @Size(max = MOST_TACTICS) @Nullable
                    List<@Size(max = LONGEST_WORD) @Pattern(regexp = Texts.STORABLE) String> tactic,
            @RequestParam(required = false) @Size(max = LONGEST_WORD) @Pattern(regexp = Texts.STORABLE) @Nullable
                    String platform,
            TenantId tenant,
            HttpServletResponse response) {
        answer(ReportFormat.CSV, () -> coverage(tenant, tactic, platform), response);
    }

    private Report<CoverageRow> coverage(TenantId tenant, @Nullable List<String> tactic, @Nullable String platform) {
        var which = TechniquesInUse.of(tactic == null ? List.of() : tactic, platform);
        var filters = filters("tactic", tactic == null ? null : String.join(",", tactic));
        filters.put("platform", platform);
        var byTechnique = tests.byTechnique(tenant);
        return new Report<>(
                "coverage",
                "Coverage of techniques",
                filters,
                Map.of("summary", CoverageSummary.of(techniques.coverage(tenant, which))),
                "techniques",
                COVERAGE_COLUMNS,
                reader -> techniques.eachInUse(
                        tenant,
                        which,
                        technique -> reader.accept(CoverageRow.of(
                                technique, byTechnique.getOrDefault(technique.id(), TechniqueTests.NONE)))));
    }

    @Operation(summary = "Reports the results of tests by when they were made")
    @ApiResponse(
            responseCode = "200",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                        schema = @Schema(implementation = ResultsReport.class)),
                @Content(mediaType = MediaType.TEXT_HTML_VALUE)
            })
    @GetMapping("/test-results")
    void results(
            @RequestParam(required = false) @Nullable String state,
            @Parameter(description = "a day or a moment, ISO 8601; without an offset it is UTC")
                    @RequestParam(name = "date_from", required = false)
                    @Nullable
                    String dateFrom,
            @Parameter(description = "a day, which is counted in, or a moment, which is not")
                    @RequestParam(name = "date_to", required = false)
                    @Nullable
                    String dateTo,
            @Parameter(description = AS)
                    @RequestParam(required = false)
                    @Pattern(regexp = FORMATS, message = FORMAT)
                    @Nullable
                    String format,
            Actor actor,
            HttpServletRequest request,
            HttpServletResponse response) {
        var wanted = new Results(
                state == null ? null : TestState.of(state).orElseThrow(() -> invalid("state", "is no state of a test")),
                dateFrom == null ? null : moment("date_from", dateFrom, 0),
                dateTo == null ? null : moment("date_to", dateTo, 1));
        var from = wanted.from();
        var until = wanted.until();
        if (from != null && until != null && until.isBefore(from)) {
            throw invalid("date_to", "must not lie ahead of date_from");
        }
        var filters = filters("state", state);
        filters.put("date_from", dateFrom);
        filters.put("date_to", dateTo);
        answer(format(format, request, response), () -> results(actor, wanted, filters), response);
    }

    private Report<TestView> results(Actor actor, Results wanted, Map<String, @Nullable String> filters) {
        var byState = tests.resultsByState(actor.tenant(), wanted);
        var figures = new LinkedHashMap<String, Object>();
        figures.put("total", sum(byState));
        figures.put("by_state", byState);
        figures.put("by_detection", tests.resultsByDetection(actor.tenant(), wanted));
        return new Report<>(
                "test-results",
                "Results of tests",
                filters,
                figures,
                "tests",
                TEST_COLUMNS,
                reader -> tests.eachResult(actor.tenant(), wanted, Side.of(actor.role()), reader));
    }

    @Operation(summary = "Reports how far the remediation of findings is, of all tests with steps")
    @ApiResponse(
            responseCode = "200",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                        schema = @Schema(implementation = RemediationReport.class)),
                @Content(mediaType = MediaType.TEXT_HTML_VALUE)
            })
    @GetMapping("/remediation-status")
    void remediations(
            @RequestParam(required = false)
                    @Pattern(
                            regexp = "pending|in_progress|completed|not_applicable",
                            message = "must be pending, in_progress, completed or not_applicable")
                    @Nullable
                    String status,
            @Parameter(description = AS)
                    @RequestParam(required = false)
                    @Pattern(regexp = FORMATS, message = FORMAT)
                    @Nullable
                    String format,
            Actor actor,
            HttpServletRequest request,
            HttpServletResponse response) {
        answer(format(format, request, response), () -> remediations(actor, status), response);
    }

    private Report<TestView> remediations(Actor actor, @Nullable String status) {
        var byStatus = tests.remediationsByStatus(actor.tenant(), status);
        var figures = new LinkedHashMap<String, Object>();
        figures.put("total", sum(byStatus));
        figures.put("by_status", byStatus);
        return new Report<>(
                "remediation-status",
                "Remediation of findings",
                filters("status", status),
                figures,
                "tests",
                REMEDIATION_COLUMNS,
                reader -> tests.eachRemediation(actor.tenant(), status, Side.of(actor.role()), reader));
    }

    private <R> void answer(ReportFormat format, Supplier<Report<R>> report, HttpServletResponse response) {
        if (reports.write(format, report, response) == Reports.Outcome.TOO_MANY) {
            throw CommonProblem.RATE_LIMITED
                    .because("too many reports are being written")
                    .retryAfter(Reports.PAUSE);
        }
    }

    private static ReportFormat format(
            @Nullable String format, HttpServletRequest request, HttpServletResponse response) {
        response.addHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT);
        return ReportFormat.of(format, Collections.list(request.getHeaders(HttpHeaders.ACCEPT)));
    }

    /// What was sent of a broken report must not look like a whole one: nothing is answered, the connection ends.
    @ExceptionHandler
    void broken(Reports.BrokenReport broken) {
        throw broken;
    }

    private static Map<String, @Nullable String> filters(String name, @Nullable String value) {
        var filters = new LinkedHashMap<String, @Nullable String>();
        filters.put(name, value);
        return filters;
    }

    private static long sum(Map<String, Long> parts) {
        return parts.values().stream().mapToLong(Long::longValue).sum();
    }

    /// Reads a day or a moment; without an offset it is UTC.
    ///
    /// @param days how many are added to a day without a time
    private static Instant moment(String field, String text, int days) {
        try {
            // a plus sign that was not encoded arrives as a space
            var whole = text.replace(' ', '+');
            var moment = text.length() <= "2026-01-31".length()
                    ? LocalDate.parse(text).plusDays(days).atStartOfDay().atOffset(ZoneOffset.UTC)
                    : OffsetDateTime.parse(whole.matches(".*(Z|[+-]\\d{2}:?\\d{2})$") ? whole : whole + "Z");
            // PostgreSQL's calendar ends somewhere
            if (moment.getYear() < 1 || moment.getYear() > 9999) {
                throw invalid(field, "must be a year of four digits");
            }
            return moment.toInstant();
        } catch (DateTimeException malformed) {
            throw invalid(field, "must be a day or a moment, such as 2026-01-31");
        }
    }

    private static @Nullable String day(@Nullable Instant moment) {
        return moment == null
                ? null
                : LocalDate.ofInstant(moment, ZoneOffset.UTC).toString();
    }

    private static ProblemException invalid(String field, String message) {
        return ProblemException.invalid(new FieldFault(field, message));
    }
}
