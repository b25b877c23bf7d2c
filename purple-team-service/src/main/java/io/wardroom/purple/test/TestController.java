package io.wardroom.purple.test;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import io.wardroom.purple.Texts;
import io.wardroom.purple.test.ChangeTest.Outcome;
import io.wardroom.purple.test.ChangeTest.What;
import io.wardroom.purple.test.TestRepository.Filter;
import io.wardroom.purple.test.TestRepository.Step;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/tests")
class TestController {
    private static final int MOST_LISTED = 200;
    private static final String READ_VERSION = "\\*|\\s*(W/)?\"?\\d{1,18}\"?\\s*";

    private static final String RESULT = "detected|not_detected|partially_detected";
    private static final String RESULTS = "must be detected, not_detected or partially_detected";
    private static final String VERDICT = "approved|rejected";
    private static final String VERDICTS = "must be approved or rejected";
    private static final String REMEDY = "pending|in_progress|completed|not_applicable";
    private static final String REMEDIES = "must be pending, in_progress, completed or not_applicable";
    private static final String NOT_BLANK = "(?s).*\\S.*";

    private static final int LONGEST_NAME = 500;
    private static final int LONGEST_WORD = 64;
    private static final int LONGEST_NOTES = 10_000;
    private static final int LONGEST_TEXT = 20_000;
    private static final int LONGEST_PROCEDURE = 50_000;

    private final Tests tests;
    private final ObjectProvider<EvidencesOfTest> evidences;

    TestController(Tests tests, ObjectProvider<EvidencesOfTest> evidences) {
        this.tests = tests;
        this.evidences = evidences;
    }

    /// @param nextCursor where the next page begins; null at the end
    record TestPage(
            List<TestView> items,
            long total,
            int offset,
            int limit,
            @Nullable UUID nextCursor) {}

    @Operation(summary = "Lists tests, the newest first")
    @GetMapping
    TestPage list(
            @RequestParam(required = false) @Nullable String state,
            @RequestParam(name = "technique_id", required = false) @Nullable UUID techniqueId,
            @RequestParam(required = false) @Size(max = LONGEST_WORD) @Pattern(regexp = Texts.STORABLE) @Nullable
                    String platform,
            @RequestParam(name = "created_by", required = false) @Nullable UUID createdBy,
            @Parameter(description = "`red` or `blue`: in review, and that side's lead has yet to judge")
                    @RequestParam(name = "pending_validation_side", required = false)
                    @Nullable
                    String pendingValidationSide,
            @RequestParam(name = "retest_of", required = false) @Nullable UUID retestOf,
            @Parameter(description = "`next_cursor` of the page before; takes the place of `offset`")
                    @RequestParam(required = false)
                    @Nullable
                    UUID cursor,
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000_000) int offset,
            @RequestParam(defaultValue = "50") @Min(1) @Max(MOST_LISTED) int limit,
            Actor actor) {
        var filter = new Filter(state(state), techniqueId, platform, createdBy, side(pendingValidationSide), retestOf);
        var page = tests.list(actor.tenant(), filter, cursor, cursor == null ? offset : 0, limit);
        var items = views(page.items(), actor);
        return new TestPage(
                items,
                page.total(),
                offset,
                limit,
                page.more() ? items.getLast().id() : null);
    }

    @Operation(summary = "Shows one test with its evidence")
    @GetMapping("/{id}")
    ResponseEntity<TestView> find(@PathVariable UUID id, Actor actor) {
        return tests.find(actor.tenant(), id)
                .map(test -> tagged(HttpStatus.OK, test, detail(test, actor)))
                .orElseThrow(() -> unknown(id));
    }

    @Operation(summary = "Shows a test with all it was tested again by, the first first")
    @GetMapping("/{id}/retest-chain")
    List<TestView> chain(@PathVariable UUID id, Actor actor) {
        return tests.chain(actor.tenant(), id).map(chain -> views(chain, actor)).orElseThrow(() -> unknown(id));
    }

    record StepPage(List<Step> items, long total, int offset, int limit) {}

    @Operation(summary = "Shows what happened to a test, in order")
    @GetMapping("/{id}/timeline")
    StepPage timeline(
            @PathVariable UUID id,
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000_000) int offset,
            @RequestParam(defaultValue = "50") @Min(1) @Max(MOST_LISTED) int limit,
            Actor actor) {
        return tests.timeline(actor.tenant(), id, offset, limit)
                .map(line -> new StepPage(line.items(), line.total(), offset, limit))
                .orElseThrow(() -> unknown(id));
    }

    record CreateForm(
            @NotNull @Nullable UUID techniqueId,

            @NotBlank @Size(max = LONGEST_NAME) @Pattern(regexp = Texts.STORABLE) @Nullable
            String name,

            @Size(max = LONGEST_TEXT) @Pattern(regexp = Texts.STORABLE) @Nullable
            String description,

            @Size(max = LONGEST_WORD) @Pattern(regexp = Texts.STORABLE) @Nullable
            String platform,

            @Size(max = LONGEST_PROCEDURE) @Pattern(regexp = Texts.STORABLE) @Nullable
            String procedureText,

            @Size(max = LONGEST_NAME) @Pattern(regexp = Texts.STORABLE) @Nullable
            String toolUsed,

            @Size(max = LONGEST_TEXT) @Pattern(regexp = Texts.STORABLE) @Nullable
            String remediationSteps) {}

    @Operation(summary = "Drafts a test")
    @PostMapping
    @PreAuthorize("hasRole('red_tech')")
    ResponseEntity<TestView> create(@Valid @RequestBody CreateForm form, Actor actor, Caller caller) {
        var plan = new AttackTest.Plan(
                Objects.requireNonNull(form.name()),
                Objects.requireNonNullElse(form.description(), ""),
                form.platform(),
                form.procedureText(),
                form.toolUsed());
        return created(
                new CreateTest.Own(
                        actor, caller, Objects.requireNonNull(form.techniqueId()), plan, form.remediationSteps()),
                actor);
    }

    /// @param techniqueId which technique is tested; the template's own where it is not said
    record FromTemplateForm(
            @NotNull @Nullable UUID templateId, @Nullable UUID techniqueId) {}

    @Operation(summary = "Drafts a test from a template")
    @PostMapping("/from-template")
    @PreAuthorize("hasRole('red_tech')")
    ResponseEntity<TestView> fromTemplate(@Valid @RequestBody FromTemplateForm form, Actor actor, Caller caller) {
        return created(
                new CreateTest.FromTemplate(
                        actor, caller, Objects.requireNonNull(form.templateId()), form.techniqueId()),
                actor);
    }

    @Operation(summary = "Drafts a decided test again, as a new test of the same chain")
    @PostMapping("/{id}/retest")
    @PreAuthorize("hasAnyRole('red_tech', 'red_lead')")
    ResponseEntity<TestView> retest(@PathVariable UUID id, Actor actor, Caller caller) {
        return created(new CreateTest.Retest(actor, caller, id), actor);
    }

    private ResponseEntity<TestView> created(CreateTest wish, Actor actor) {
        return switch (tests.create(wish)) {
            case CreateTest.Outcome.Created(var test) -> tagged(HttpStatus.CREATED, test, detail(test, actor));
            case CreateTest.Outcome.NoSuchTechnique() -> throw CommonProblem.NOT_FOUND.because("no such technique");
            case CreateTest.Outcome.NoSuchTemplate() -> throw CommonProblem.NOT_FOUND.because("no such template");
            case CreateTest.Outcome.InactiveTemplate() ->
                throw CommonProblem.BUSINESS_RULE.because("the template is not active");
            case CreateTest.Outcome.NoSuchTest() -> throw CommonProblem.NOT_FOUND.because("no such test");
            case CreateTest.Outcome.NotDecidedYet(var state) ->
                throw CommonProblem.BUSINESS_RULE.because(
                        "only a validated or rejected test is tested again; this one is " + state.spelled());
            case CreateTest.Outcome.TooManyRetests(var allowed) ->
                throw CommonProblem.BUSINESS_RULE.because("at most %d retests in a chain".formatted(allowed));
        };
    }

    /// @param version which version was read; 409 where the test changed since
    record EditForm(
            @Size(min = 1, max = LONGEST_NAME)
            @Pattern(regexp = NOT_BLANK, message = "must not be blank")
            @Pattern(regexp = Texts.STORABLE)
            @Nullable
            String name,

            @Size(max = LONGEST_TEXT) @Pattern(regexp = Texts.STORABLE) @Nullable
            String description,

            @Size(max = LONGEST_WORD) @Pattern(regexp = Texts.STORABLE) @Nullable
            String platform,

            @Size(max = LONGEST_PROCEDURE) @Pattern(regexp = Texts.STORABLE) @Nullable
            String procedureText,

            @Size(max = LONGEST_NAME) @Pattern(regexp = Texts.STORABLE) @Nullable
            String toolUsed,

            @Min(1) @Nullable Long version) {}

    @Operation(summary = "Describes a draft or a rejected test otherwise; for who made it, and administrators")
    @PatchMapping("/{id}")
    @PreAuthorize("hasRole('writer')")
    ResponseEntity<TestView> edit(
            @PathVariable UUID id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Pattern(regexp = READ_VERSION) @Nullable
                    String read,
            @Valid @RequestBody EditForm form,
            Actor actor,
            Caller caller) {
        var what =
                new What.Edit(form.name(), form.description(), form.platform(), form.procedureText(), form.toolUsed());
        return changed(id, read(form.version(), read), what, actor, caller);
    }

    record RedForm(
            @Size(max = LONGEST_PROCEDURE) @Pattern(regexp = Texts.STORABLE) @Nullable
            String procedureText,

            @Size(max = LONGEST_NAME) @Pattern(regexp = Texts.STORABLE) @Nullable
            String toolUsed,

            @Nullable Boolean attackSuccess,

            @Size(max = LONGEST_TEXT) @Pattern(regexp = Texts.STORABLE) @Nullable
            String redSummary,

            @Min(1) @Nullable Long version) {}

    @Operation(summary = "Writes down what red does, in a draft and while red executes")
    @PatchMapping("/{id}/red")
    @PreAuthorize("hasAnyRole('red_tech', 'red_lead')")
    ResponseEntity<TestView> editRed(
            @PathVariable UUID id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Pattern(regexp = READ_VERSION) @Nullable
                    String read,
            @Valid @RequestBody RedForm form,
            Actor actor,
            Caller caller) {
        var what = new What.EditRed(form.procedureText(), form.toolUsed(), form.attackSuccess(), form.redSummary());
        return changed(id, read(form.version(), read), what, actor, caller);
    }

    record BlueForm(
            @Pattern(regexp = RESULT, message = RESULTS) @Nullable
            String detectionResult,

            @Size(max = LONGEST_TEXT) @Pattern(regexp = Texts.STORABLE) @Nullable
            String blueSummary,

            @Min(1) @Nullable Long version) {}

    @Operation(summary = "Writes down what blue saw, while blue evaluates; red reads it once it is submitted")
    @PatchMapping("/{id}/blue")
    @PreAuthorize("hasAnyRole('blue_tech', 'blue_lead')")
    ResponseEntity<TestView> editBlue(
            @PathVariable UUID id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Pattern(regexp = READ_VERSION) @Nullable
                    String read,
            @Valid @RequestBody BlueForm form,
            Actor actor,
            Caller caller) {
        var what = new What.EditBlue(form.detectionResult(), form.blueSummary());
        return changed(id, read(form.version(), read), what, actor, caller);
    }

    record RemediationForm(
            @Size(max = LONGEST_TEXT) @Pattern(regexp = Texts.STORABLE) @Nullable
            String remediationSteps,

            @Pattern(regexp = REMEDY, message = REMEDIES) @Nullable
            String remediationStatus,

            @Nullable UUID remediationAssignee,
            @Min(1) @Nullable Long version) {}

    @Operation(summary = "Says what is to be done about a test's finding, and how far that is")
    @PatchMapping("/{id}/remediation")
    @PreAuthorize("hasRole('writer')")
    ResponseEntity<TestView> remediate(
            @PathVariable UUID id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Pattern(regexp = READ_VERSION) @Nullable
                    String read,
            @Valid @RequestBody RemediationForm form,
            Actor actor,
            Caller caller) {
        var what =
                new What.EditRemediation(form.remediationSteps(), form.remediationStatus(), form.remediationAssignee());
        return changed(id, read(form.version(), read), what, actor, caller);
    }

    @Operation(summary = "Begins the attack: draft → red_executing")
    @PostMapping("/{id}/start-execution")
    @PreAuthorize("hasAnyRole('red_tech', 'red_lead')")
    ResponseEntity<TestView> start(
            @PathVariable UUID id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Pattern(regexp = READ_VERSION) @Nullable
                    String read,
            Actor actor,
            Caller caller) {
        return changed(id, read(null, read), new What.Start(), actor, caller);
    }

    @Operation(summary = "Hands the test to blue: red_executing → blue_evaluating")
    @PostMapping("/{id}/submit-red")
    @PreAuthorize("hasAnyRole('red_tech', 'red_lead')")
    ResponseEntity<TestView> submitRed(
            @PathVariable UUID id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Pattern(regexp = READ_VERSION) @Nullable
                    String read,
            Actor actor,
            Caller caller) {
        return changed(id, read(null, read), new What.SubmitRed(), actor, caller);
    }

    @Operation(summary = "Hands the test to both leads: blue_evaluating → in_review")
    @PostMapping("/{id}/submit-blue")
    @PreAuthorize("hasAnyRole('blue_tech', 'blue_lead')")
    ResponseEntity<TestView> submitBlue(
            @PathVariable UUID id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Pattern(regexp = READ_VERSION) @Nullable
                    String read,
            Actor actor,
            Caller caller) {
        return changed(id, read(null, read), new What.SubmitBlue(), actor, caller);
    }

    record RedVerdictForm(
            @NotNull @Pattern(regexp = VERDICT, message = VERDICTS) @Nullable
            String redValidationStatus,

            @Size(max = LONGEST_NOTES) @Pattern(regexp = Texts.STORABLE) @Nullable
            String redValidationNotes,

            @Min(1) @Nullable Long version) {}

    @Operation(
            summary = "The red lead's verdict: both approve and the test is validated, one rejects and it is rejected")
    @PostMapping("/{id}/validate-red")
    @PreAuthorize("hasRole('red_lead')")
    ResponseEntity<TestView> validateRed(
            @PathVariable UUID id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Pattern(regexp = READ_VERSION) @Nullable
                    String read,
            @Valid @RequestBody RedVerdictForm form,
            Actor actor,
            Caller caller) {
        var what = new What.Judge(
                Side.RED, AttackTest.APPROVED.equals(form.redValidationStatus()), form.redValidationNotes());
        return changed(id, read(form.version(), read), what, actor, caller);
    }

    record BlueVerdictForm(
            @NotNull @Pattern(regexp = VERDICT, message = VERDICTS) @Nullable
            String blueValidationStatus,

            @Size(max = LONGEST_NOTES) @Pattern(regexp = Texts.STORABLE) @Nullable
            String blueValidationNotes,

            @Min(1) @Nullable Long version) {}

    @Operation(
            summary = "The blue lead's verdict: both approve and the test is validated, one rejects and it is rejected")
    @PostMapping("/{id}/validate-blue")
    @PreAuthorize("hasRole('blue_lead')")
    ResponseEntity<TestView> validateBlue(
            @PathVariable UUID id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Pattern(regexp = READ_VERSION) @Nullable
                    String read,
            @Valid @RequestBody BlueVerdictForm form,
            Actor actor,
            Caller caller) {
        var what = new What.Judge(
                Side.BLUE, AttackTest.APPROVED.equals(form.blueValidationStatus()), form.blueValidationNotes());
        return changed(id, read(form.version(), read), what, actor, caller);
    }

    record ValidateForm(
            @NotNull @Pattern(regexp = RESULT, message = RESULTS) @Nullable
            String result,

            @Size(max = LONGEST_NOTES) @Pattern(regexp = Texts.STORABLE) @Nullable
            String comments,

            @Min(1) @Nullable Long version) {}

    @Operation(summary = "Approves for the caller's side, an administrator for both; the result becomes blue's")
    @PostMapping("/{id}/validate")
    @PreAuthorize("hasAnyRole('red_lead', 'blue_lead')")
    ResponseEntity<TestView> validate(
            @PathVariable UUID id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Pattern(regexp = READ_VERSION) @Nullable
                    String read,
            @Valid @RequestBody ValidateForm form,
            Actor actor,
            Caller caller) {
        var what = new What.JudgeOwn(true, form.result(), form.comments());
        return changed(id, read(form.version(), read), what, actor, caller);
    }

    record RejectForm(
            @Size(max = LONGEST_NOTES) @Pattern(regexp = Texts.STORABLE) @Nullable
            String comments,

            @Min(1) @Nullable Long version) {}

    @Operation(summary = "Rejects for the caller's side, an administrator for both")
    @PostMapping("/{id}/reject")
    @PreAuthorize("hasAnyRole('red_lead', 'blue_lead')")
    ResponseEntity<TestView> reject(
            @PathVariable UUID id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Pattern(regexp = READ_VERSION) @Nullable
                    String read,
            @Valid @RequestBody(required = false) @Nullable RejectForm form,
            Actor actor,
            Caller caller) {
        var said = form == null ? new RejectForm(null, null) : form;
        return changed(id, read(said.version(), read), new What.JudgeOwn(false, null, said.comments()), actor, caller);
    }

    @Operation(summary = "Takes a rejected test back to a draft, without its verdicts")
    @PostMapping("/{id}/reopen")
    @PreAuthorize("hasAnyRole('red_lead', 'blue_lead')")
    ResponseEntity<TestView> reopen(
            @PathVariable UUID id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Pattern(regexp = READ_VERSION) @Nullable
                    String read,
            Actor actor,
            Caller caller) {
        return changed(id, read(null, read), new What.Reopen(), actor, caller);
    }

    private ResponseEntity<TestView> changed(UUID id, @Nullable Long read, What what, Actor actor, Caller caller) {
        return switch (tests.change(new ChangeTest(actor, caller, id, read, what))) {
            case Outcome.Changed(var test) -> tagged(HttpStatus.OK, test, detail(test, actor));
            case Outcome.NoSuchTest() -> throw unknown(id);
            case Outcome.NoSuchTransition(var current, var target) -> throw new TransitionRefused(current, target);
            case Outcome.NotInThisState(var current, var allowed) ->
                throw CommonProblem.BUSINESS_RULE.because("this can be written while the test is %s; it is %s"
                        .formatted(
                                allowed.stream().map(TestState::spelled).collect(Collectors.joining(" or ")),
                                current.spelled()));
            case Outcome.NotYours() ->
                throw CommonProblem.FORBIDDEN.because("only who made the test and administrators may do this");
            case Outcome.ChangedMeanwhile(var version) ->
                throw CommonProblem.CONFLICT.because(
                        "the test changed since you read it; its version is now %d".formatted(version));
            case Outcome.AlreadyJudged(var side) ->
                throw CommonProblem.CONFLICT.because("the %s side has judged already".formatted(side.spelled()));
        };
    }

    private TestView detail(AttackTest test, Actor actor) {
        var reader = Side.of(actor.role());
        var shown = evidences
                .orderedStream()
                .flatMap(source -> source.of(actor.tenant(), test.id(), reader).stream())
                .toList();
        return TestView.of(test, reader, shown);
    }

    private static List<TestView> views(List<AttackTest> tests, Actor actor) {
        var reader = Side.of(actor.role());
        return tests.stream().map(test -> TestView.of(test, reader)).toList();
    }

    private static ResponseEntity<TestView> tagged(HttpStatus status, AttackTest test, TestView view) {
        return ResponseEntity.status(status).eTag("\"" + test.version() + "\"").body(view);
    }

    /// The version in the form, else the one in `If-Match`.
    private static @Nullable Long read(@Nullable Long form, @Nullable String header) {
        if (form != null || header == null || header.equals("*")) {
            return form;
        }
        return Long.valueOf(header.replaceAll("\\D", ""));
    }

    private static @Nullable TestState state(@Nullable String state) {
        return state == null
                ? null
                : TestState.of(state)
                        .orElseThrow(() -> ProblemException.invalid(new FieldFault(
                                "state",
                                "must be draft, red_executing, blue_evaluating, in_review, validated or rejected")));
    }

    private static @Nullable Side side(@Nullable String side) {
        return switch (side) {
            case null -> null;
            case "red" -> Side.RED;
            case "blue" -> Side.BLUE;
            default -> throw ProblemException.invalid(new FieldFault("pending_validation_side", "must be red or blue"));
        };
    }

    private static ProblemException unknown(UUID id) {
        return CommonProblem.NOT_FOUND.because("no test " + id);
    }
}
