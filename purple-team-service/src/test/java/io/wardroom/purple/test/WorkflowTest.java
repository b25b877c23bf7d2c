package io.wardroom.purple.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.common.security.Role;
import io.wardroom.purple.Calls;
import io.wardroom.purple.Calls.Answer;
import io.wardroom.purple.OnRealServers;
import io.wardroom.purple.People;
import io.wardroom.purple.Published;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class WorkflowTest extends OnRealServers {
    private static final Set<Role> RED = Set.of(Role.RED_TECH, Role.RED_LEAD);
    private static final Set<Role> BLUE = Set.of(Role.BLUE_TECH, Role.BLUE_LEAD);
    private static final Set<Role> LEADS = Set.of(Role.RED_LEAD, Role.BLUE_LEAD);
    private static final Set<Role> WRITERS = Set.of(Role.RED_TECH, Role.RED_LEAD, Role.BLUE_TECH, Role.BLUE_LEAD);
    private static final Set<String> STATES =
            Set.of("draft", "red_executing", "blue_evaluating", "in_review", "validated", "rejected");

    private static People people;

    @LocalServerPort
    private int port;

    @Autowired
    private JsonMapper json;

    private Calls calls;

    @BeforeEach
    void aTenant() {
        if (people == null) {
            people = new People(STACK);
        }
        calls = new Calls(port, json);
    }

    @Test
    void fromDraftToValidatedAndTheTechniqueFollows() {
        var technique = technique();
        assertThat(status(technique)).isEqualTo("not_evaluated");

        var test = drafted(technique);
        assertThat(test.get("state").asString()).isEqualTo("draft");
        assertThat(status(technique)).isEqualTo("in_progress");
        var id = test.get("id").asString();
        post(Role.RED_TECH, id, "start-execution", null).ok();
        patch(Role.RED_TECH, id, "red", Map.of("attack_success", true, "red_summary", "shell as SYSTEM"))
                .ok();
        post(Role.RED_TECH, id, "submit-red", null).ok();
        patch(Role.BLUE_TECH, id, "blue", Map.of("detection_result", "detected", "blue_summary", "rule 7 fired"))
                .ok();
        post(Role.BLUE_TECH, id, "submit-blue", null).ok();
        var first = post(Role.RED_LEAD, id, "validate-red", verdict("red", "approved", "clean"))
                .ok();
        assertThat(first.at("/state").asString()).isEqualTo("in_review");
        assertThat(status(technique)).isEqualTo("in_progress");
        var done = post(Role.BLUE_LEAD, id, "validate-blue", verdict("blue", "approved", "seen"))
                .ok();

        assertThat(done.at("/state").asString()).isEqualTo("validated");
        assertThat(status(technique)).isEqualTo("validated");
        for (var moment : List.of(
                "execution_date",
                "red_submitted_at",
                "blue_submitted_at",
                "decided_at",
                "red_validated_at",
                "blue_validated_at")) {
            assertThat(done.body().get(moment).isNull()).as(moment).isFalse();
        }
        var timeline = calls.get("/tests/" + id + "/timeline", people.token(Role.VIEWER))
                .ok();
        assertThat(timeline.at("/items").valueStream().map(step -> step.get("change")
                        .asString()))
                .containsExactly(
                        "create_test",
                        "start_test_execution",
                        "update_test_red",
                        "submit_test_red",
                        "update_test_blue",
                        "submit_test_blue",
                        "validate_test_red",
                        "validate_test_blue");
    }

    /// Who may do what, where, and where it leads: the contract as a table. An administrator and an owner may do all.
    private enum Call {
        EDIT("PATCH", "", Set.of(Role.RED_TECH), Set.of("draft", "rejected"), null, Map.of("description", "other")),
        EDIT_RED("PATCH", "red", RED, Set.of("draft", "red_executing"), null, Map.of("red_summary", "done")),
        EDIT_BLUE("PATCH", "blue", BLUE, Set.of("blue_evaluating"), null, Map.of("blue_summary", "seen")),
        REMEDIATE("PATCH", "remediation", WRITERS, STATES, null, Map.of("remediation_status", "in_progress")),
        START("POST", "start-execution", RED, Set.of("draft"), "red_executing", null),
        SUBMIT_RED("POST", "submit-red", RED, Set.of("red_executing"), "blue_evaluating", null),
        SUBMIT_BLUE("POST", "submit-blue", BLUE, Set.of("blue_evaluating"), "in_review", null),
        VALIDATE_RED(
                "POST",
                "validate-red",
                Set.of(Role.RED_LEAD),
                Set.of("in_review"),
                "validated",
                Map.of("red_validation_status", "approved")),
        REJECT_BLUE(
                "POST",
                "validate-blue",
                Set.of(Role.BLUE_LEAD),
                Set.of("in_review"),
                "rejected",
                Map.of("blue_validation_status", "rejected")),
        VALIDATE("POST", "validate", LEADS, Set.of("in_review"), "validated", Map.of("result", "detected")),
        REJECT("POST", "reject", LEADS, Set.of("in_review"), "rejected", Map.of("comments", "no")),
        REOPEN("POST", "reopen", LEADS, Set.of("rejected"), "draft", null),
        RETEST("POST", "retest", RED, Set.of("validated", "rejected"), null, null);

        private final String method;
        private final String path;
        private final Set<Role> roles;
        private final Set<String> states;
        private final @Nullable String target;
        private final @Nullable Map<String, String> body;

        Call(
                String method,
                String path,
                Set<Role> roles,
                Set<String> states,
                @Nullable String target,
                @Nullable Map<String, String> body) {
            this.method = method;
            this.path = path;
            this.roles = roles;
            this.states = states;
            this.target = target;
            this.body = body;
        }

        boolean isFor(Role role) {
            return role == Role.ADMIN || role == Role.OWNER || roles.contains(role);
        }

        /// Where the test stands afterwards.
        String after(Role role, String state) {
            return switch (this) {
                case EDIT, EDIT_RED, EDIT_BLUE, REMEDIATE -> state;
                // the other side has yet to approve
                case VALIDATE_RED -> "in_review";
                case VALIDATE -> role == Role.ADMIN || role == Role.OWNER ? "validated" : "in_review";
                case RETEST -> "draft";
                default -> Objects.requireNonNull(target);
            };
        }
    }

    @Test
    void everyCallInEveryStateByEveryRole() {
        var technique = technique();
        var wrong = new ArrayList<String>();
        for (var state : List.of("draft", "red_executing", "blue_evaluating", "in_review", "validated", "rejected")) {
            var test = in(state, technique);
            for (var role : Role.values()) {
                for (var call : Call.values()) {
                    var path = "/tests/" + test + (call.path.isEmpty() ? "" : "/" + call.path);
                    var answer = calls.send(call.method, path, people.token(role), call.body);
                    var said = answer.status() < 300
                            ? answer.at("/state").asString()
                            : answer.status() + " " + answer.at("/code").asString();
                    var expected = !call.isFor(role)
                            ? "403 FORBIDDEN"
                            : call.states.contains(state)
                                    ? call.after(role, state)
                                    : call.target == null ? "400 BUSINESS_RULE" : "400 INVALID_TRANSITION";
                    if (!said.equals(expected)) {
                        wrong.add("%s in %s by %s: %s, not %s".formatted(call, state, role, said, expected));
                    }
                    if (answer.status() < 300 && call.target != null) {
                        test = in(state, technique);
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void aTransitionThatIsNoneIsToldInTheDocumentedForm() {
        var id = in("draft", technique());

        var refused = post(Role.ADMIN, id, "validate-red", verdict("red", "approved", null));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body()).isEqualTo(json.readTree("""
                {"detail": {
                    "message": "Cannot transition from 'draft' to 'validated'. Valid transitions: ['red_executing']",
                    "code": "INVALID_TRANSITION",
                    "current_state": "draft",
                    "target_state": "validated",
                    "valid_transitions": ["red_executing"]
                }, "code": "INVALID_TRANSITION"}
                """));
    }

    @Test
    void ofLeadsWhoJudgeAtOnceOneOfEachSideIsHeard() {
        var technique = technique();
        var otherRed = people.another(Role.RED_LEAD).token();
        for (var round = 0; round < 5; round++) {
            var id = in("in_review", technique);
            var path = "/tests/" + id + "/validate-";
            var answers = Stream.of(
                            at(path + "red", people.token(Role.RED_LEAD), verdict("red", "approved", "one")),
                            at(path + "red", otherRed, verdict("red", "approved", "two")),
                            at(path + "blue", people.token(Role.BLUE_LEAD), verdict("blue", "approved", null)))
                    .toList()
                    .stream()
                    .map(CompletableFuture::join)
                    .toList();

            var statuses = answers.stream().map(Answer::status).toList();
            assertThat(statuses.get(2)).isEqualTo(200);
            assertThat(statuses.subList(0, 2)).containsOnlyOnce(200);
            assertThat(statuses.subList(0, 2)).containsAnyOf(409, 400);
            var shown = calls.get("/tests/" + id, people.token(Role.ADMIN)).ok();
            assertThat(shown.at("/state").asString()).isEqualTo("validated");
            assertThat(shown.at("/red_validation_notes").asString()).isIn("one", "two");
            var steps = calls.get("/tests/" + id + "/timeline", people.token(Role.ADMIN))
                    .ok();
            assertThat(steps.at("/items")
                            .valueStream()
                            .filter(step -> step.get("to_state").asString().equals("validated")))
                    .hasSize(1);
        }
    }

    @Test
    void whereLeadsDisagreeAtOnceThereIsOneResult() {
        var technique = technique();
        for (var round = 0; round < 4; round++) {
            var id = in("in_review", technique);
            var path = "/tests/" + id + "/";
            var answers = Stream.of(
                            at(path + "validate-red", people.token(Role.RED_LEAD), verdict("red", "approved", null)),
                            at(path + "validate-blue", people.token(Role.BLUE_LEAD), verdict("blue", "rejected", null)),
                            at(path + "validate", people.token(Role.ADMIN), Map.of("result", "detected")),
                            at(path + "reject", people.token(Role.OWNER), Map.of("comments", "no")))
                    .toList()
                    .stream()
                    .map(CompletableFuture::join)
                    .toList();

            assertThat(answers)
                    .allSatisfy(answer ->
                            assertThat(answer.status()).as(answer.raw()).isIn(200, 400, 409));
            var shown = calls.get("/tests/" + id, people.token(Role.ADMIN)).ok();
            var state = shown.at("/state").asString();
            assertThat(state).isIn("validated", "rejected");
            var steps = calls.get("/tests/" + id + "/timeline", people.token(Role.ADMIN))
                    .ok();
            assertThat(steps.at("/items")
                            .valueStream()
                            .map(step -> step.get("to_state").asString())
                            .filter(Set.of("validated", "rejected")::contains))
                    .containsExactly(state);
            assertThat(shown.at("/red_validation_status").asString().equals("rejected")
                            || shown.at("/blue_validation_status").asString().equals("rejected"))
                    .isEqualTo(state.equals("rejected"));
        }
    }

    /// Everybody calls everything at once. Whatever comes of it, it is one path through the states.
    @Test
    void whateverIsCalledAtOnceTheTimelineIsOnePathOfTheModel() {
        var id = in("draft", technique());
        var random = new Random(20_260_131);
        var granted = new ArrayList<String>();
        for (var round = 0; round < 12; round++) {
            var calling = Stream.generate(() -> Call.values()[random.nextInt(Call.values().length)])
                    .filter(call -> call != Call.RETEST)
                    .limit(10)
                    .map(call -> {
                        var role = Role.values()[random.nextInt(Role.values().length)];
                        var path = "/tests/" + id + (call.path.isEmpty() ? "" : "/" + call.path);
                        var token = people.token(role);
                        return CompletableFuture.supplyAsync(() -> calls.send(call.method, path, token, call.body));
                    })
                    .toList();
            calling.forEach(one -> {
                var answer = one.join();
                assertThat(answer.status()).as(answer.raw()).isIn(200, 400, 403, 409);
                if (answer.status() == 200) {
                    granted.add(answer.at("/version").asString());
                }
            });
        }

        var steps = calls.get("/tests/" + id + "/timeline?limit=200", people.token(Role.ADMIN))
                .ok()
                .at("/items");
        var legal = Map.of(
                "draft", Set.of("red_executing"),
                "red_executing", Set.of("blue_evaluating"),
                "blue_evaluating", Set.of("in_review"),
                "in_review", Set.of("validated", "rejected"),
                "rejected", Set.of("draft"),
                "validated", Set.<String>of());
        var state = "draft";
        var version = 1;
        for (var step : steps.valueStream().skip(1).toList()) {
            assertThat(step.get("version").asInt()).isEqualTo(++version);
            assertThat(step.get("from_state").asString()).as(step.toString()).isEqualTo(state);
            var next = step.get("to_state").asString();
            assertThat(next.equals(state) || legal.get(state).contains(next))
                    .as("%s to %s", state, next)
                    .isTrue();
            state = next;
        }
        var shown = calls.get("/tests/" + id, people.token(Role.ADMIN)).ok();
        assertThat(shown.at("/state").asString()).isEqualTo(state);
        assertThat(shown.at("/version").asInt()).isEqualTo(version);
        // each call that was granted is one version: none was lost, none written twice
        assertThat(granted).doesNotHaveDuplicates().hasSize(version - 1);
        assertThat(version).isGreaterThan(5);
    }

    @Test
    void whoMayDraftATest() {
        var technique = technique();
        for (var role : Role.values()) {
            var made = calls.send(
                    "POST",
                    "/tests",
                    people.token(role),
                    Map.of("technique_id", technique.get("id").asString(), "name", "Run it"));
            var allowed = Set.of(Role.RED_TECH, Role.ADMIN, Role.OWNER).contains(role);
            assertThat(made.status()).as(role.name()).isEqualTo(allowed ? 201 : 403);
        }
    }

    @Test
    void aChangeOfWhatSomebodyElseChangedIsRefused() {
        var id = in("draft", technique());

        patch(Role.RED_TECH, id, "red", Map.of("red_summary", "first", "version", 1))
                .ok();
        var lost = patch(Role.RED_TECH, id, "red", Map.of("red_summary", "second", "version", 1));

        assertThat(lost.status()).as(lost.raw()).isEqualTo(409);
        var shown = calls.get("/tests/" + id, people.token(Role.VIEWER)).ok();
        assertThat(shown.at("/red_summary").asString()).isEqualTo("first");
        assertThat(shown.at("/version").asInt()).isEqualTo(2);
    }

    @Test
    void noSideReadsWhatTheOtherKeepsToItself() {
        var id = in("blue_evaluating", technique());
        patch(Role.BLUE_TECH, id, "blue", Map.of("detection_result", "not_detected", "blue_summary", "nothing yet"))
                .ok();

        for (var role : List.of(Role.RED_TECH, Role.RED_LEAD, Role.VIEWER)) {
            var shown = calls.get("/tests/" + id, people.token(role)).ok();
            assertThat(shown.at("/blue_summary").isNull()).as(role.name()).isTrue();
            assertThat(shown.at("/detection_result").isNull()).as(role.name()).isTrue();
        }
        assertThat(calls.get("/tests/" + id, people.token(Role.BLUE_LEAD))
                        .at("/blue_summary")
                        .asString())
                .isEqualTo("nothing yet");
        var changed = patch(Role.RED_LEAD, id, "remediation", Map.of("remediation_steps", "log it"))
                .ok();
        assertThat(changed.at("/blue_summary").isNull()).isTrue();
        post(Role.BLUE_TECH, id, "submit-blue", null).ok();
        assertThat(calls.get("/tests/" + id, people.token(Role.RED_TECH))
                        .at("/blue_summary")
                        .asString())
                .isEqualTo("nothing yet");

        post(Role.RED_LEAD, id, "validate-red", verdict("red", "approved", "between us"))
                .ok();
        for (var role : List.of(Role.BLUE_TECH, Role.BLUE_LEAD, Role.VIEWER)) {
            var shown = calls.get("/tests?pending_validation_side=blue", people.token(role))
                    .ok();
            assertThat(shown.raw()).doesNotContain("between us").contains(id);
        }
        assertThat(calls.get("/tests?pending_validation_side=red", people.token(Role.ADMIN))
                        .raw())
                .doesNotContain(id);
        post(Role.BLUE_LEAD, id, "validate-blue", verdict("blue", "rejected", null))
                .ok();
        assertThat(calls.get("/tests/" + id, people.token(Role.BLUE_LEAD)).raw())
                .contains("between us");
    }

    @Test
    void aRetestIsAFactOfItsOwnAndALoweringIsToldToTheLeads() {
        var technique = technique();
        var first = in("validated", technique);
        assertThat(status(technique)).isEqualTo("validated");

        var second = post(Role.RED_LEAD, first, "retest", null);
        assertThat(second.status()).as(second.raw()).isEqualTo(201);
        assertThat(second.at("/retest_of").asString()).isEqualTo(first);
        assertThat(second.at("/retest_count").asInt()).isEqualTo(1);
        var id = second.at("/id").asString();
        post(Role.RED_TECH, id, "start-execution", null).ok();
        post(Role.RED_TECH, id, "submit-red", null).ok();
        patch(Role.BLUE_TECH, id, "blue", Map.of("detection_result", "not_detected"))
                .ok();
        post(Role.BLUE_TECH, id, "submit-blue", null).ok();
        post(Role.ADMIN, id, "validate", Map.of("result", "not_detected")).ok();

        assertThat(status(technique)).isEqualTo("partial");
        for (var link : List.of(first, id)) {
            var chain = calls.get("/tests/" + link + "/retest-chain", people.token(Role.VIEWER))
                    .ok();
            assertThat(chain.body().valueStream().map(test -> test.get("id").asString()))
                    .containsExactly(first, id);
        }
        assertThat(calls.get("/tests/" + first, people.token(Role.VIEWER))
                        .at("/detection_result")
                        .asString())
                .isEqualTo("detected");
        var history = calls.get("/techniques/" + technique.get("mitre_id").asString(), people.token(Role.VIEWER))
                .ok();
        assertThat(history.at("/history/0/lowered").asBoolean()).isTrue();
        assertThat(history.at("/tests").size()).isEqualTo(2);
        assertThat(calls.get("/notifications", people.token(Role.BLUE_LEAD)).raw())
                .contains("technique_status_lowered")
                .contains(technique.get("mitre_id").asString());
    }

    @Test
    void testsAreFoundByEveryFilterAndPagedBothWays() {
        var technique = technique();
        var ids = new ArrayList<String>();
        for (var i = 0; i < 5; i++) {
            ids.addFirst(drafted(technique).get("id").asString());
        }
        post(Role.RED_TECH, ids.get(4), "start-execution", null).ok();
        var of = "/tests?technique_id=" + technique.get("id").asString();
        var viewer = people.token(Role.VIEWER);

        assertThat(idsOf(calls.get(of, viewer))).isEqualTo(ids);
        assertThat(idsOf(calls.get(of + "&state=red_executing", viewer))).containsExactly(ids.get(4));
        assertThat(idsOf(calls.get(of + "&platform=Windows", viewer))).isEqualTo(ids);
        assertThat(idsOf(calls.get(of + "&platform=linux", viewer))).isEmpty();
        var creator = people.of(Role.RED_TECH).user().id();
        assertThat(idsOf(calls.get(of + "&created_by=" + creator, viewer))).isEqualTo(ids);
        assertThat(idsOf(calls.get(of + "&offset=3&limit=2", viewer))).isEqualTo(ids.subList(3, 5));
        assertThat(idsOf(calls.get(of + "&offset=99", viewer))).isEmpty();
        var page = calls.get(of + "&limit=2", viewer).ok();
        assertThat(page.at("/total").asInt()).isEqualTo(5);
        var next = calls.get(of + "&limit=3&cursor=" + page.at("/next_cursor").asString(), viewer);
        assertThat(idsOf(next)).isEqualTo(ids.subList(2, 5));
        assertThat(next.at("/next_cursor").isNull()).isTrue();
        for (var bad : List.of(
                "&limit=201",
                "&limit=0",
                "&offset=-1",
                "&state=done",
                "&created_by=me",
                "&pending_validation_side=green",
                "&platform=%00")) {
            assertThat(calls.get(of + bad, viewer).status()).as(bad).isEqualTo(400);
        }
    }

    @Test
    void nothingOfATenantIsSeenByAnother() {
        var technique = technique();
        var id = in("draft", technique);
        var stranger = new People(STACK).token(Role.OWNER);

        for (var path : List.of("", "/timeline", "/retest-chain", "/evidence")) {
            assertThat(calls.get("/tests/" + id + path, stranger).status())
                    .as(path)
                    .isEqualTo(404);
        }
        for (var call : Call.values()) {
            var path = "/tests/" + id + (call.path.isEmpty() ? "" : "/" + call.path);
            assertThat(calls.send(call.method, path, stranger, call.body).status())
                    .as(call.name())
                    .isEqualTo(404);
        }
        var foreign = calls.send(
                "POST",
                "/tests",
                stranger,
                Map.of("technique_id", technique.get("id").asString(), "name", "x"));
        assertThat(foreign.status()).isEqualTo(404);
        assertThat(calls.get("/tests", stranger).ok().at("/total").asInt()).isZero();
    }

    @Test
    void hostileWordsComeBackOrAreRefused() {
        var technique = technique();
        var id = technique.get("id").asString();
        for (var name : List.of(
                "'; drop table attack_test; --", "<script>alert(1)</script>", "\t\u001b[2J", "🦊\u202egnp.exe")) {
            var made = calls.send(
                    "POST",
                    "/tests",
                    people.token(Role.RED_TECH),
                    Map.of("technique_id", id, "name", "n" + name, "procedure_text", name, "platform", "p" + name));
            assertThat(made.status()).as(made.raw()).isEqualTo(201);
            assertThat(made.at("/name").asString()).isEqualTo("n" + name);
            assertThat(made.at("/procedure_text").asString()).isEqualTo(name);
        }
        for (var bad : List.of(
                "{\"technique_id\":\"%s\",\"name\":\"a\\u0000b\"}".formatted(id),
                "{\"technique_id\":\"%s\",\"name\":\"\\ud800\"}".formatted(id),
                "{\"technique_id\":\"%s\",\"name\":\" \"}".formatted(id),
                "{\"technique_id\":\"%s\",\"name\":\"%s\"}".formatted(id, "x".repeat(10_000)),
                "{\"technique_id\":\"%s\",\"name\":\"x\",\"colour\":\"red\"}".formatted(id),
                "{\"technique_id\":\"no\",\"name\":\"x\"}",
                "{\"name\":\"x\"}",
                "[]",
                "")) {
            var answer = calls.send("POST", "/tests", people.token(Role.RED_TECH), bad);
            assertThat(answer.status()).as(bad).isEqualTo(400);
            assertThat(answer.at("/code").asString()).isEqualTo("VALIDATION_ERROR");
        }
    }

    @Test
    void whatHappensIsPublishedAndOnRecord() {
        var others = new People(STACK);
        var before = people;
        people = others;
        try {
            var id = in("rejected", technique());
            post(Role.VIEWER, id, "reopen", null);
            post(Role.RED_LEAD, id, "submit-red", null);

            var events = Published.of(STACK, json, "purple.tests.v1", others.tenant.value(), found -> found.stream()
                    .anyMatch(event -> event.type().equals("io.wardroom.test.rejected.v1")));
            assertThat(events.stream()
                            .filter(event -> event.type().startsWith("io.wardroom.test."))
                            .map(Published.Event::type))
                    .containsExactly(
                            "io.wardroom.test.created.v1", "io.wardroom.test.started.v1",
                            "io.wardroom.test.executed.v1", "io.wardroom.test.updated.v1",
                            "io.wardroom.test.evaluated.v1", "io.wardroom.test.rejected.v1");
            assertThat(events).allMatch(event -> event.key().equals(id));
            assertThat(events.stream()
                            .filter(event -> event.type().equals("io.wardroom.notification.created.v1"))
                            .map(event -> event.body().get("type").asString()))
                    .containsExactly(
                            "test_red_executing",
                            "test_blue_evaluating",
                            "test_in_review",
                            "test_in_review",
                            "test_rejected");
            var deeds = Published.of(STACK, json, "audit.actions.v1", others.tenant.value(), found -> found.stream()
                    .anyMatch(event -> "INVALID_TRANSITION"
                            .equals(event.body().path("reason").asString(""))));
            assertThat(deeds.stream().map(event -> event.body().get("action").asString()))
                    .contains(
                            "create_test", "start_test_execution", "submit_test_red", "reject_test", "access_refused");
        } finally {
            people = before;
        }
    }

    private CompletableFuture<Answer> at(String path, String token, Object body) {
        return CompletableFuture.supplyAsync(() -> calls.send("POST", path, token, body));
    }

    private static List<String> idsOf(Answer page) {
        return page.ok()
                .at("/items")
                .valueStream()
                .map(test -> test.get("id").asString())
                .toList();
    }

    /// A new test in that state.
    private String in(String state, JsonNode technique) {
        var id = drafted(technique).get("id").asString();
        if (state.equals("draft")) {
            return id;
        }
        post(Role.RED_TECH, id, "start-execution", null).ok();
        if (state.equals("red_executing")) {
            return id;
        }
        post(Role.RED_TECH, id, "submit-red", null).ok();
        if (state.equals("blue_evaluating")) {
            return id;
        }
        patch(Role.BLUE_TECH, id, "blue", Map.of("detection_result", "detected"))
                .ok();
        post(Role.BLUE_TECH, id, "submit-blue", null).ok();
        if (state.equals("validated")) {
            post(Role.ADMIN, id, "validate", Map.of("result", "detected")).ok();
        } else if (state.equals("rejected")) {
            post(Role.BLUE_LEAD, id, "reject", null).ok();
        }
        return id;
    }

    private JsonNode technique() {
        var id = "OWN-" + System.nanoTime();
        return calls.send(
                        "POST",
                        "/techniques",
                        people.token(Role.ADMIN),
                        Map.of("mitre_id", id, "name", "Of our own", "tactic", "execution"))
                .body();
    }

    private String status(JsonNode technique) {
        return calls.get("/techniques/" + technique.get("mitre_id").asString(), people.token(Role.VIEWER))
                .ok()
                .at("/status_global")
                .asString();
    }

    private JsonNode drafted(JsonNode technique) {
        var answer = calls.send(
                "POST",
                "/tests",
                people.token(Role.RED_TECH),
                Map.of(
                        "technique_id", technique.get("id").asString(),
                        "name", "Run it",
                        "description", "as the document says",
                        "platform", "windows",
                        "procedure_text", "1. run",
                        "tool_used", "by hand"));
        assertThat(answer.status()).as(answer.raw()).isEqualTo(201);
        return answer.body();
    }

    private static Map<String, Object> verdict(String side, String status, @Nullable String notes) {
        var body = new HashMap<String, Object>();
        body.put(side + "_validation_status", status);
        if (notes != null) {
            body.put(side + "_validation_notes", notes);
        }
        return body;
    }

    private Answer post(Role role, String id, String call, @Nullable Object body) {
        return calls.send("POST", "/tests/" + id + "/" + call, people.token(role), body);
    }

    private Answer patch(Role role, String id, String call, Object body) {
        return calls.send("PATCH", "/tests/" + id + "/" + call, people.token(role), body);
    }
}
