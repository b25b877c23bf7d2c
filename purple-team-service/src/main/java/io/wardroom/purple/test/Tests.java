package io.wardroom.purple.test;

import static io.wardroom.purple.test.TestState.BLUE_EVALUATING;
import static io.wardroom.purple.test.TestState.DRAFT;
import static io.wardroom.purple.test.TestState.IN_REVIEW;
import static io.wardroom.purple.test.TestState.RED_EXECUTING;
import static io.wardroom.purple.test.TestState.REJECTED;
import static io.wardroom.purple.test.TestState.VALIDATED;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.event.EventOutbox;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.PurpleTopics;
import io.wardroom.purple.technique.TechniqueStatus;
import io.wardroom.purple.technique.Techniques;
import io.wardroom.purple.template.Templates;
import io.wardroom.purple.test.AttackTest.BlueWork;
import io.wardroom.purple.test.AttackTest.Lineage;
import io.wardroom.purple.test.AttackTest.Person;
import io.wardroom.purple.test.AttackTest.Plan;
import io.wardroom.purple.test.AttackTest.RedWork;
import io.wardroom.purple.test.AttackTest.Remediation;
import io.wardroom.purple.test.AttackTest.Subject;
import io.wardroom.purple.test.AttackTest.Times;
import io.wardroom.purple.test.AttackTest.Verdict;
import io.wardroom.purple.test.ChangeTest.What;
import io.wardroom.purple.test.TestRepository.Filter;
import io.wardroom.purple.test.TestRepository.Step;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/// The workflow of tests. A change, its line in the timeline, its audit row, its event and what it means for the
/// technique commit together.
@Service
public class Tests {
    static final int MOST_RETESTS = 200;

    private static final String ENTITY = "test";

    private final TestRepository repository;
    private final Techniques techniques;
    private final Templates templates;
    private final AuditTrail audit;
    private final EventOutbox outbox;
    private final ApplicationEventPublisher events;
    private final Clock clock;

    Tests(
            TestRepository repository,
            Techniques techniques,
            Templates templates,
            AuditTrail audit,
            EventOutbox outbox,
            ApplicationEventPublisher events,
            Clock clock) {
        this.repository = repository;
        this.techniques = techniques;
        this.templates = templates;
        this.audit = audit;
        this.outbox = outbox;
        this.events = events;
        this.clock = clock;
    }

    /// @param more whether something stands behind the page
    record Page(List<AttackTest> items, long total, boolean more) {}

    @Transactional(readOnly = true)
    Page list(TenantId tenant, Filter filter, @Nullable UUID after, int offset, int limit) {
        var found = repository.list(tenant, filter, after, offset, limit + 1);
        var more = found.size() > limit;
        return new Page(more ? found.subList(0, limit) : found, repository.count(tenant, filter), more);
    }

    @Transactional(readOnly = true)
    Optional<AttackTest> find(TenantId tenant, UUID id) {
        return repository.find(tenant, id);
    }

    /// The test with all that it was tested again by, the first first.
    @Transactional(readOnly = true)
    Optional<List<AttackTest>> chain(TenantId tenant, UUID id) {
        return repository
                .find(tenant, id)
                .map(test -> repository.chain(tenant, test.lineage().root(), MOST_RETESTS + 1));
    }

    record Timeline(List<Step> items, long total) {}

    @Transactional(readOnly = true)
    Optional<Timeline> timeline(TenantId tenant, UUID id, int offset, int limit) {
        return repository
                .find(tenant, id)
                .map(_ -> new Timeline(repository.steps(tenant, id, offset, limit), repository.countSteps(tenant, id)));
    }

    /// What another feature may know of a test.
    public record Seen(UUID id, String name, TestState state) {}

    /// Holds a test as it is until the running transaction ends.
    @Transactional(propagation = Propagation.MANDATORY)
    public Optional<Seen> hold(TenantId tenant, UUID id) {
        return repository
                .lock(tenant, id)
                .map(test -> new Seen(test.id(), test.plan().name(), test.state()));
    }

    @Transactional(readOnly = true)
    public Optional<Seen> see(TenantId tenant, UUID id) {
        return repository
                .find(tenant, id)
                .map(test -> new Seen(test.id(), test.plan().name(), test.state()));
    }

    @Transactional
    CreateTest.Outcome create(CreateTest wish) {
        return switch (wish) {
            case CreateTest.Own own -> create(own);
            case CreateTest.FromTemplate from -> create(from);
            case CreateTest.Retest again -> create(again);
        };
    }

    private CreateTest.Outcome create(CreateTest.Own wish) {
        var technique = techniques.find(wish.actor().tenant(), wish.techniqueId());
        if (technique.isEmpty()) {
            return refused(wish, "create_test", null, "NOT_FOUND", new CreateTest.Outcome.NoSuchTechnique());
        }
        return created(
                wish,
                "create_test",
                new Subject(technique.get().id(), technique.get().mitreId()),
                null,
                wish.plan(),
                remediation(wish.remediationSteps()),
                null);
    }

    private CreateTest.Outcome create(CreateTest.FromTemplate wish) {
        var tenant = wish.actor().tenant();
        var verb = "create_test_from_template";
        var template = templates.find(tenant, wish.templateId()).orElse(null);
        if (template == null) {
            return refused(wish, verb, null, "NOT_FOUND", new CreateTest.Outcome.NoSuchTemplate());
        }
        if (!template.active()) {
            return refused(wish, verb, null, "BUSINESS_RULE", new CreateTest.Outcome.InactiveTemplate());
        }
        var technique = wish.techniqueId() == null
                ? techniques.find(tenant, template.mitreTechniqueId())
                : techniques.find(tenant, wish.techniqueId());
        if (technique.isEmpty()) {
            return refused(wish, verb, null, "NOT_FOUND", new CreateTest.Outcome.NoSuchTechnique());
        }
        var plan = new Plan(
                template.name(),
                template.description(),
                template.platform(),
                template.attackProcedure(),
                template.toolSuggested());
        return created(
                wish,
                verb,
                new Subject(technique.get().id(), technique.get().mitreId()),
                template.id(),
                plan,
                remediation(template.suggestedRemediation()),
                null);
    }

    private CreateTest.Outcome create(CreateTest.Retest wish) {
        var tenant = wish.actor().tenant();
        var verb = "retest_test";
        var before = repository.lock(tenant, wish.testId()).orElse(null);
        if (before == null) {
            return refused(wish, verb, wish.testId(), "NOT_FOUND", new CreateTest.Outcome.NoSuchTest());
        }
        if (before.state() != VALIDATED && before.state() != REJECTED) {
            return refused(
                    wish, verb, wish.testId(), "BUSINESS_RULE", new CreateTest.Outcome.NotDecidedYet(before.state()));
        }
        if (repository.countChain(tenant, before.lineage().root()) > MOST_RETESTS) {
            return refused(
                    wish, verb, wish.testId(), "BUSINESS_RULE", new CreateTest.Outcome.TooManyRetests(MOST_RETESTS));
        }
        return created(
                wish,
                verb,
                before.subject(),
                before.templateId(),
                before.plan(),
                remediation(before.remediation().steps()),
                before);
    }

    private static Remediation remediation(@Nullable String steps) {
        return steps == null || steps.isBlank()
                ? Remediation.NONE
                : new Remediation(steps, AttackTest.PENDING, null, null);
    }

    private CreateTest.Outcome created(
            CreateTest wish,
            String verb,
            Subject subject,
            @Nullable UUID template,
            Plan plan,
            Remediation remediation,
            @Nullable AttackTest before) {
        var actor = wish.actor();
        var now = now();
        var id = UuidV7.next();
        var test = new AttackTest(
                id,
                subject,
                template,
                plan,
                DRAFT,
                new Person(actor.id(), actor.username()),
                now,
                now,
                Times.NONE,
                RedWork.NONE,
                BlueWork.NONE,
                null,
                null,
                remediation,
                before == null
                        ? new Lineage(id, null, 0)
                        : new Lineage(
                                before.lineage().root(),
                                before.id(),
                                before.lineage().count() + 1),
                1);
        repository.insert(actor.tenant(), test);
        told(actor, verb, null, test, List.of());
        var deed = Deed.by(actor, verb, ENTITY, id)
                .with("name", plan.name())
                .with("technique_id", subject.techniqueId())
                .with("technique_mitre_id", subject.mitreId());
        audit.record(before == null ? deed : deed.with("retest_of", before.id()), wish.caller());
        return new CreateTest.Outcome.Created(test);
    }

    private CreateTest.Outcome refused(
            CreateTest wish, String verb, @Nullable UUID test, String why, CreateTest.Outcome outcome) {
        audit.record(Deed.by(wish.actor(), verb, ENTITY, test).refused(why), wish.caller());
        return outcome;
    }

    /// Changes a test, or says why not. Whoever comes second waits for the first and sees what became of the test.
    @Transactional
    ChangeTest.Outcome change(ChangeTest wish) {
        var tenant = wish.actor().tenant();
        var before = repository.lock(tenant, wish.test()).orElse(null);
        if (before == null) {
            return refused(wish, "NOT_FOUND", new ChangeTest.Outcome.NoSuchTest());
        }
        if (wish.what() instanceof What.Edit && !isOwn(wish.actor(), before)) {
            return refused(wish, "FORBIDDEN", new ChangeTest.Outcome.NotYours());
        }
        if (wish.read() != null && wish.read() != before.version()) {
            return refused(wish, "CONFLICT", new ChangeTest.Outcome.ChangedMeanwhile(before.version()));
        }
        return switch (applied(wish, before, now())) {
            case Applied.To(var after) -> kept(wish, before, after);
            case Applied.No(var why, var outcome) -> refused(wish, why, outcome);
        };
    }

    private static boolean isOwn(Actor actor, AttackTest test) {
        return Side.of(actor.role()) == Side.BOTH
                || actor.id().equals(test.createdBy().id());
    }

    private sealed interface Applied {
        record To(AttackTest after) implements Applied {}

        record No(String why, ChangeTest.Outcome outcome) implements Applied {}
    }

    private static Applied applied(ChangeTest wish, AttackTest test, Instant now) {
        return switch (wish.what()) {
            case What.Edit edit -> inStates(test, List.of(DRAFT, REJECTED), test.with(edited(test.plan(), edit), now));
            case What.EditRed(var procedure, var tool, var success, var summary) -> {
                var plan = edited(test.plan(), new What.Edit(null, null, null, procedure, tool));
                var work = new RedWork(
                        success == null ? test.red().success() : success,
                        summary == null ? test.red().summary() : summary);
                yield inStates(
                        test,
                        List.of(DRAFT, RED_EXECUTING),
                        test.with(plan, now).with(work, now));
            }
            case What.EditBlue(var detection, var summary) -> {
                var work = new BlueWork(
                        detection == null ? test.blue().detection() : detection,
                        summary == null ? test.blue().summary() : summary);
                yield inStates(test, List.of(BLUE_EVALUATING), test.with(work, now));
            }
            case What.EditRemediation edit -> new Applied.To(test.with(edited(test.remediation(), edit, now), now));
            case What.Start() -> to(RED_EXECUTING, test, test.started(now));
            case What.SubmitRed() -> to(BLUE_EVALUATING, test, test.submittedByRed(now));
            case What.SubmitBlue() -> to(IN_REVIEW, test, test.submittedByBlue(now));
            case What.Reopen() -> to(DRAFT, test, test.reopened(now));
            case What.Judge(var side, var approves, var notes) ->
                judged(wish.actor(), test, side, approves, notes, now);
            case What.JudgeOwn(var approves, var detection, var notes) -> {
                var found = detection == null
                        ? test
                        : test.with(new BlueWork(detection, test.blue().summary()), now);
                yield judged(wish.actor(), found, Side.of(wish.actor().role()), approves, notes, now);
            }
        };
    }

    private static Plan edited(Plan plan, What.Edit edit) {
        return new Plan(
                Objects.requireNonNullElse(edit.name(), plan.name()),
                Objects.requireNonNullElse(edit.description(), plan.description()),
                edit.platform() == null ? plan.platform() : edit.platform(),
                edit.procedure() == null ? plan.procedure() : edit.procedure(),
                edit.tool() == null ? plan.tool() : edit.tool());
    }

    private static Remediation edited(Remediation before, What.EditRemediation edit, Instant now) {
        var steps = edit.steps() == null ? before.steps() : edit.steps();
        var status = edit.status() == null ? before.status() : edit.status();
        if (status == null && steps != null) {
            status = AttackTest.PENDING;
        }
        var completed =
                AttackTest.COMPLETED.equals(status) ? Objects.requireNonNullElse(before.completed(), now) : null;
        return new Remediation(steps, status, edit.assignee() == null ? before.assignee() : edit.assignee(), completed);
    }

    private static Applied inStates(AttackTest test, List<TestState> allowed, AttackTest after) {
        return allowed.contains(test.state())
                ? new Applied.To(after)
                : new Applied.No("BUSINESS_RULE", new ChangeTest.Outcome.NotInThisState(test.state(), allowed));
    }

    private static Applied to(TestState target, AttackTest test, AttackTest after) {
        return test.state().next().contains(target)
                ? new Applied.To(after)
                : new Applied.No("INVALID_TRANSITION", new ChangeTest.Outcome.NoSuchTransition(test.state(), target));
    }

    private static Applied judged(
            Actor judge, AttackTest test, Side side, boolean approves, @Nullable String notes, Instant now) {
        var red = test.redVerdict();
        var blue = test.blueVerdict();
        if (test.state() != IN_REVIEW || red == null || blue == null) {
            return new Applied.No(
                    "INVALID_TRANSITION",
                    new ChangeTest.Outcome.NoSuchTransition(test.state(), approves ? VALIDATED : REJECTED));
        }
        var verdict = new Verdict(approves ? AttackTest.APPROVED : AttackTest.DISAPPROVED, notes, judge.id(), now);
        return switch (side) {
            case RED -> red.isOpen() ? new Applied.To(test.decided(verdict, blue, now)) : alreadyJudged(side);
            case BLUE -> blue.isOpen() ? new Applied.To(test.decided(red, verdict, now)) : alreadyJudged(side);
            // what one side's lead said stands: an administrator says what is still open
            case BOTH ->
                new Applied.To(test.decided(red.isOpen() ? verdict : red, blue.isOpen() ? verdict : blue, now));
            case NEITHER -> new Applied.No("FORBIDDEN", new ChangeTest.Outcome.NotYours());
        };
    }

    private static Applied alreadyJudged(Side side) {
        return new Applied.No("CONFLICT", new ChangeTest.Outcome.AlreadyJudged(side));
    }

    private ChangeTest.Outcome kept(ChangeTest wish, AttackTest before, AttackTest after) {
        var tenant = wish.actor().tenant();
        if (!repository.update(tenant, after)) {
            throw new IllegalStateException("test %s changed while it was held".formatted(after.id()));
        }
        var kept = repository.find(tenant, after.id()).orElseThrow();
        var fields = fields(before, kept);
        told(wish.actor(), wish.what().verb(), before, kept, fields);
        audit.record(
                Deed.by(wish.actor(), wish.what().verb(), ENTITY, kept.id())
                        .with("name", kept.plan().name())
                        .with("from", before.state().spelled())
                        .with("to", kept.state().spelled())
                        .with("fields", fields)
                        .with("version", kept.version()),
                wish.caller());
        return new ChangeTest.Outcome.Changed(kept);
    }

    private ChangeTest.Outcome refused(ChangeTest wish, String why, ChangeTest.Outcome outcome) {
        audit.record(
                Deed.by(wish.actor(), wish.what().verb(), ENTITY, wish.test()).refused(why), wish.caller());
        return outcome;
    }

    /// Everything that follows from a change.
    private void told(Actor actor, String verb, @Nullable AttackTest before, AttackTest after, List<String> fields) {
        var tenant = actor.tenant();
        repository.insertStep(
                tenant,
                after.id(),
                new Step(
                        UuidV7.next(),
                        verb,
                        before == null ? null : before.state().spelled(),
                        after.state().spelled(),
                        fields,
                        actor.id(),
                        actor.username(),
                        after.updatedAt(),
                        after.version()));
        var technique = after.subject().techniqueId();
        if (before == null || before.state() != after.state()) {
            techniques.computed(tenant, technique, () -> saying(tenant, technique), "test", actor.username());
        }
        var change = new TestChanged(
                tenant,
                after.id(),
                technique,
                after.subject().mitreId(),
                after.plan().name(),
                verb,
                before == null ? null : before.state(),
                after.state(),
                after.createdBy().id(),
                actor.username(),
                after.blue().detection(),
                after.remediation().status(),
                after.lineage().retestOf(),
                after.version(),
                after.updatedAt());
        outbox.append(PurpleTopics.TESTS, change.type(), after.id().toString(), tenant, change.event());
        events.publishEvent(change);
    }

    /// What a technique's tests say of it: the contract's rule.
    TechniqueStatus saying(TenantId tenant, UUID technique) {
        var tally = repository.tally(tenant, technique);
        if (tally.all() == 0) {
            return TechniqueStatus.NOT_EVALUATED;
        }
        if (tally.validated() == 0) {
            return TechniqueStatus.IN_PROGRESS;
        }
        if (tally.validated() < tally.all()) {
            return TechniqueStatus.PARTIAL;
        }
        if (tally.detected() == tally.all()) {
            return TechniqueStatus.VALIDATED;
        }
        return tally.missed() == tally.all() ? TechniqueStatus.NOT_COVERED : TechniqueStatus.PARTIAL;
    }

    /// The names of what was written; the words themselves stand in the test.
    private static List<String> fields(AttackTest before, AttackTest after) {
        var fields = new ArrayList<String>();
        note(fields, "name", before.plan().name(), after.plan().name());
        note(fields, "description", before.plan().description(), after.plan().description());
        note(fields, "platform", before.plan().platform(), after.plan().platform());
        note(fields, "procedure_text", before.plan().procedure(), after.plan().procedure());
        note(fields, "tool_used", before.plan().tool(), after.plan().tool());
        note(fields, "attack_success", before.red().success(), after.red().success());
        note(fields, "red_summary", before.red().summary(), after.red().summary());
        note(fields, "detection_result", before.blue().detection(), after.blue().detection());
        note(fields, "blue_summary", before.blue().summary(), after.blue().summary());
        note(fields, "red_validation_status", status(before.redVerdict()), status(after.redVerdict()));
        note(fields, "blue_validation_status", status(before.blueVerdict()), status(after.blueVerdict()));
        note(
                fields,
                "remediation_steps",
                before.remediation().steps(),
                after.remediation().steps());
        note(
                fields,
                "remediation_status",
                before.remediation().status(),
                after.remediation().status());
        note(
                fields,
                "remediation_assignee",
                before.remediation().assignee(),
                after.remediation().assignee());
        return List.copyOf(fields);
    }

    private static void note(List<String> fields, String name, @Nullable Object before, @Nullable Object after) {
        if (!Objects.equals(before, after)) {
            fields.add(name);
        }
    }

    private static @Nullable String status(@Nullable Verdict verdict) {
        return verdict == null ? null : verdict.status();
    }

    // as precise as the database keeps it
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
