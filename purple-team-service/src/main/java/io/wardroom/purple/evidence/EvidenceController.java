package io.wardroom.purple.evidence;

import io.swagger.v3.oas.annotations.Operation;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import io.wardroom.purple.Texts;
import io.wardroom.purple.evidence.StoreEvidence.Outcome;
import io.wardroom.purple.test.Side;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

@RestController
@RequestMapping("/api/v1")
class EvidenceController {
    private final Evidences evidences;

    EvidenceController(Evidences evidences) {
        this.evidences = evidences;
    }

    @Operation(summary = "Puts a file beside a test: red while it drafts and executes, blue while it evaluates")
    @PostMapping(path = "/tests/{test_id}/evidence", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    @PreAuthorize("hasRole('writer')")
    @ResponseStatus(HttpStatus.CREATED)
    EvidenceView upload(
            @PathVariable("test_id") UUID testId,
            @RequestPart("file") MultipartFile file,
            @RequestParam(required = false) @Pattern(regexp = "red|blue", message = "must be red or blue") @Nullable
                    String team,
            @RequestParam(required = false) @Size(max = 10_000) @Pattern(regexp = Texts.STORABLE) @Nullable
                    String notes,
            Actor actor,
            Caller caller) {
        if (file.isEmpty()) {
            throw ProblemException.invalid(new FieldFault("file", "must not be empty"));
        }
        var wish = new StoreEvidence(
                actor,
                caller,
                testId,
                team == null ? null : team.equals("red") ? Side.RED : Side.BLUE,
                notes,
                Objects.requireNonNullElse(file.getOriginalFilename(), "file"),
                file,
                file.getSize());
        return switch (evidences.store(wish)) {
            case Outcome.Stored(var evidence) -> EvidenceView.of(evidence, evidences.link(evidence));
            case Outcome.NoSuchTest() -> throw CommonProblem.NOT_FOUND.because("no test " + testId);
            case Outcome.OtherTeam() -> throw CommonProblem.FORBIDDEN.because("this is the other team's evidence");
            case Outcome.NotInThisState(var state) ->
                throw CommonProblem.BUSINESS_RULE.because(
                        "your side adds no evidence while the test is " + state.spelled());
            case Outcome.TooMany(var allowed) ->
                throw CommonProblem.BUSINESS_RULE.because("at most %d files beside a test".formatted(allowed));
        };
    }

    record EvidencePage(List<EvidenceView> items, long total, int offset, int limit) {}

    @Operation(summary = "Lists the files beside a test, the oldest first; fetch one for its address")
    @GetMapping("/tests/{test_id}/evidence")
    EvidencePage list(
            @PathVariable("test_id") UUID testId,
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000_000) int offset,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            Actor actor) {
        return evidences
                .list(actor.tenant(), Side.of(actor.role()), testId, offset, limit)
                .map(page -> new EvidencePage(
                        page.items().stream()
                                .map(evidence -> EvidenceView.of(evidence, null))
                                .toList(),
                        page.total(),
                        offset,
                        limit))
                .orElseThrow(() -> CommonProblem.NOT_FOUND.because("no test " + testId));
    }

    @Operation(summary = "Shows a file with an address for its download, good for a quarter of an hour")
    @GetMapping("/evidence/{id}")
    EvidenceView find(@PathVariable UUID id, Actor actor, Caller caller) {
        return evidences
                .fetch(actor, caller, id)
                .map(fetched -> EvidenceView.of(fetched.evidence(), fetched.link()))
                .orElseThrow(() -> CommonProblem.NOT_FOUND.because("no evidence " + id));
    }
}
