package io.wardroom.purple.test;

import static io.wardroom.purple.test.TestState.BLUE_EVALUATING;
import static io.wardroom.purple.test.TestState.DRAFT;
import static io.wardroom.purple.test.TestState.IN_REVIEW;
import static io.wardroom.purple.test.TestState.RED_EXECUTING;
import static io.wardroom.purple.test.TestState.REJECTED;
import static io.wardroom.purple.test.TestState.VALIDATED;

import io.swagger.v3.oas.annotations.Operation;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.test.TestFigures.Verdicts;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/metrics")
class TestMetricsController {
    private static final int MOST_RECENT = 10;

    private final TestFigures figures;

    TestMetricsController(TestFigures figures) {
        this.figures = figures;
    }

    record PipelineView(
            long draft,
            long redExecuting,
            long blueEvaluating,
            long inReview,
            long validated,
            long rejected,
            long total) {}

    @Operation(summary = "Counts tests by state")
    @GetMapping("/test-pipeline")
    PipelineView pipeline(TenantId tenant) {
        var counts = figures.byState(tenant);
        return new PipelineView(
                counts.getOrDefault(DRAFT, 0L),
                counts.getOrDefault(RED_EXECUTING, 0L),
                counts.getOrDefault(BLUE_EVALUATING, 0L),
                counts.getOrDefault(IN_REVIEW, 0L),
                counts.getOrDefault(VALIDATED, 0L),
                counts.getOrDefault(REJECTED, 0L),
                counts.values().stream().mapToLong(Long::longValue).sum());
    }

    /// @param completed what the team has handed on
    /// @param pending   what waits for it
    record TeamView(long completed, long pending) {}

    record ActivityView(TeamView red, TeamView blue) {}

    @Operation(summary = "Counts what each team has handed on, and what waits for it")
    @GetMapping("/team-activity")
    ActivityView activity(TenantId tenant) {
        var counts = figures.byState(tenant);
        var judged = counts.getOrDefault(IN_REVIEW, 0L)
                + counts.getOrDefault(VALIDATED, 0L)
                + counts.getOrDefault(REJECTED, 0L);
        var evaluating = counts.getOrDefault(BLUE_EVALUATING, 0L);
        return new ActivityView(
                new TeamView(
                        judged + evaluating, counts.getOrDefault(DRAFT, 0L) + counts.getOrDefault(RED_EXECUTING, 0L)),
                new TeamView(judged, evaluating));
    }

    /// @param approvalRate of what was judged, in per cent with one decimal; 0 where nothing was
    record LeadView(long approved, long rejected, long pending, double approvalRate) {
        static LeadView of(Verdicts verdicts) {
            var judged = verdicts.approved() + verdicts.rejected();
            return new LeadView(
                    verdicts.approved(),
                    verdicts.rejected(),
                    verdicts.pending(),
                    judged == 0 ? 0 : Math.round(verdicts.approved() * 1000.0 / judged) / 10.0);
        }
    }

    record RateView(LeadView redLead, LeadView blueLead) {}

    @Operation(summary = "Counts how the leads judged, and what waits for their verdict")
    @GetMapping("/validation-rate")
    RateView rate(TenantId tenant) {
        return new RateView(
                LeadView.of(figures.verdicts(tenant, Side.RED)), LeadView.of(figures.verdicts(tenant, Side.BLUE)));
    }

    @Operation(summary = "Lists the ten tests that changed last")
    @GetMapping("/recent-tests")
    List<TestView> recent(Actor actor) {
        var reader = Side.of(actor.role());
        return figures.recent(actor.tenant(), MOST_RECENT).stream()
                .map(test -> TestView.of(test, reader))
                .toList();
    }
}
