package io.wardroom.purple.metrics;

import static io.wardroom.purple.technique.TechniqueStatus.IN_PROGRESS;
import static io.wardroom.purple.technique.TechniqueStatus.NOT_COVERED;
import static io.wardroom.purple.technique.TechniqueStatus.NOT_EVALUATED;
import static io.wardroom.purple.technique.TechniqueStatus.PARTIAL;
import static io.wardroom.purple.technique.TechniqueStatus.VALIDATED;

import io.swagger.v3.oas.annotations.Operation;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.catalogue.Catalogue;
import io.wardroom.purple.technique.Coverage;
import io.wardroom.purple.technique.Techniques;
import java.math.BigDecimal;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/metrics")
class CoverageMetricsController {
    private static final Coverage NONE = new Coverage(Map.of());

    private final Techniques techniques;
    private final Catalogue catalogue;

    CoverageMetricsController(Techniques techniques, Catalogue catalogue) {
        this.techniques = techniques;
        this.catalogue = catalogue;
    }

    /// @param coveragePercentage validated and partial ones in a hundred
    /// @param weightedCoverage   the same, where a partial one counts half
    record SummaryView(
            int totalTechniques,
            int validated,
            int partial,
            int notCovered,
            int inProgress,
            int notEvaluated,
            BigDecimal coveragePercentage,
            BigDecimal weightedCoverage) {}

    record TacticView(
            String tactic, int total, int validated, int partial, int notCovered, int notEvaluated, int inProgress) {
        static TacticView of(String tactic, Coverage coverage) {
            return new TacticView(
                    tactic,
                    coverage.total(),
                    coverage.of(VALIDATED),
                    coverage.of(PARTIAL),
                    coverage.of(NOT_COVERED),
                    coverage.of(NOT_EVALUATED),
                    coverage.of(IN_PROGRESS));
        }
    }

    @Operation(summary = "Sums up how the techniques stand")
    @GetMapping("/summary")
    SummaryView summary(TenantId tenant) {
        var coverage = techniques.coverage(tenant);
        return new SummaryView(
                coverage.total(),
                coverage.of(VALIDATED),
                coverage.of(PARTIAL),
                coverage.of(NOT_COVERED),
                coverage.of(IN_PROGRESS),
                coverage.of(NOT_EVALUATED),
                coverage.percentage(),
                coverage.weighted());
    }

    @Operation(summary = "Sums it up by tactic, in the order of the matrix; a technique counts in each of its tactics")
    @GetMapping("/by-tactic")
    List<TacticView> byTactic(TenantId tenant) {
        var coverage = techniques.coverageByTactic(tenant);
        var names = new LinkedHashSet<String>();
        catalogue.tactics().forEach(tactic -> names.add(tactic.shortname()));
        names.addAll(new TreeSet<>(coverage.keySet()));
        return names.stream()
                .map(tactic -> TacticView.of(tactic, coverage.getOrDefault(tactic, NONE)))
                .toList();
    }
}
