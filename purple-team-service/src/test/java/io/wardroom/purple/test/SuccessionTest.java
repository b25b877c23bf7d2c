package io.wardroom.purple.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.common.security.Role;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.purple.Calls;
import io.wardroom.purple.OnRealServers;
import io.wardroom.purple.People;
import io.wardroom.purple.Published;
import io.wardroom.purple.TestBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What becomes of tests and templates when ATT&CK revokes their technique for another.
class SuccessionTest extends OnRealServers {
    private final People people = new People(STACK);

    @LocalServerPort
    private int port;

    @Autowired
    private JsonMapper json;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    private Calls calls;
    private String admin;

    @BeforeEach
    void theFirstVersion() throws IOException {
        calls = new Calls(port, json);
        admin = people.token(Role.ADMIN);
        TenantScope.everyTenant(() -> transaction.executeWithoutResult(_ -> {
            for (var table :
                    List.of("catalogue_current", "catalogue_version", "attack_test_remap", "technique_remap")) {
                jdbc.sql("delete from " + table).update();
            }
        }));
        Files.writeString(
                IMPORTS.resolve("first.json"),
                new TestBundle("1")
                        .technique("T1", "One", "execution")
                        .technique("T2", "Two", "execution")
                        .technique("T3", "Three", "execution")
                        .json(json));
        Files.writeString(
                IMPORTS.resolve("second.json"),
                new TestBundle("2")
                        .revoked("T1", "T2")
                        .technique("T2", "Two", "execution")
                        .revoked("T3", "T4")
                        .technique("T4", "Four", "execution")
                        .json(json));
        sync("first.json");
    }

    @Test
    void testsFollowToTheSuccessorAndComeBackExactly() {
        var one = validated("T1");
        var drafted = test("T1");
        var of2 = test("T2");
        var fresh = validated("T3");
        calls.send("PATCH", "/techniques/T1", admin, Map.of("status_global", "partial", "reason", "known"))
                .ok();
        var others = new People(STACK);
        var foreign = calls.send(
                "POST",
                "/tests",
                others.token(Role.ADMIN),
                Map.of("technique_id", TestBundle.idOf("T1").toString(), "name", "of others"));
        var before = everything(people);
        var beforeOfOthers = everything(others);

        var preview = calls.send("POST", "/system/sync-mitre?preview=true&source=second.json", admin, null)
                .ok();
        assertThat(preview.at("/touches/tests").asInt()).isEqualTo(4);
        assertThat(everything(people)).isEqualTo(before);
        sync("second.json");

        for (var id : List.of(one, drafted, of2)) {
            var test = test(id, admin);
            assertThat(test.get("technique_mitre_id").asString()).isEqualTo("T2");
            assertThat(test.get("technique_id").asString())
                    .isEqualTo(TestBundle.idOf("T2").toString());
        }
        assertThat(test(fresh, admin).get("technique_mitre_id").asString()).isEqualTo("T4");
        var fourth = technique("T4");
        assertThat(fourth.get("status_global").asString()).isEqualTo("validated");
        assertThat(fourth.get("tests")).hasSize(1);
        assertThat(fourth.at("/history/0/cause").asString()).isEqualTo("catalogue");
        // the administrator's word was carried, too; the tests below it say partial
        assertThat(technique("T2").get("status_global").asString()).isEqualTo("partial");
        assertThat(technique("T3").get("status_global").asString()).isEqualTo("not_evaluated");
        assertThat(changes(one)).endsWith("carry_test");
        var foreignId = foreign.at("/id").asString();
        assertThat(test(foreignId, others.token(Role.VIEWER))
                        .get("technique_mitre_id")
                        .asString())
                .isEqualTo("T2");

        var back =
                calls.send("POST", "/system/sync-mitre/rollback", admin, null).ok();

        assertThat(back.at("/restored").asInt()).isGreaterThanOrEqualTo(4);
        assertThat(everything(people)).isEqualTo(before);
        assertThat(everything(others)).isEqualTo(beforeOfOthers);
        assertThat(changes(one)).endsWith("carry_test", "take_back_test");
        assertThat(technique("T3").get("status_global").asString()).isEqualTo("validated");
        var told = Published.of(STACK, json, "purple.tests.v1", people.tenant.value(), found -> found.stream()
                .anyMatch(event -> event.body().path("change").asString("").equals("take_back_test")));
        assertThat(told.stream()
                        .filter(event -> event.key().equals(one))
                        .filter(event -> event.body()
                                        .path("change")
                                        .asString("")
                                        .endsWith("k_test")
                                || event.body().path("change").asString("").startsWith("carry"))
                        .map(event -> event.body().get("technique_mitre_id").asString()))
                .containsExactly("T2", "T1");
    }

    @Test
    void whatPeopleDidInBetweenStaysWhenTestsGoBack() {
        var id = test("T1");
        var later = test("T2");
        sync("second.json");
        decided(id);
        calls.send("PATCH", "/techniques/T2/review", people.token(Role.BLUE_LEAD), null)
                .ok();

        calls.send("POST", "/system/sync-mitre/rollback", admin, null).ok();

        var shown = test(id, admin);
        assertThat(shown.get("state").asString()).isEqualTo("validated");
        assertThat(shown.get("technique_mitre_id").asString()).isEqualTo("T1");
        assertThat(test(later, admin).get("technique_mitre_id").asString()).isEqualTo("T2");
        assertThat(technique("T1").get("status_global").asString()).isEqualTo("validated");
        assertThat(technique("T2").get("status_global").asString()).isEqualTo("in_progress");
    }

    @Test
    void theSameIsCarriedAgainWhenTheVersionComesAgain() {
        var id = validated("T1");
        var before = everything(people);
        for (var round = 0; round < 2; round++) {
            sync("second.json");
            assertThat(test(id, admin).get("technique_mitre_id").asString()).isEqualTo("T2");
            calls.send("POST", "/system/sync-mitre/rollback", admin, null).ok();
            assertThat(everything(people)).isEqualTo(before);
        }
    }

    @Test
    void transitionsOfTheSameMomentAreCountedWhereTheTestsAre() throws Exception {
        var ids = new ArrayList<String>();
        for (var i = 0; i < 12; i++) {
            ids.add(inReview("T1"));
        }

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var wishes = new ArrayList<Callable<Integer>>();
            wishes.add(() -> calls.send("POST", "/system/sync-mitre?source=second.json", admin, null)
                    .status());
            ids.forEach(id -> wishes.add(
                    () -> calls.send("POST", "/tests/" + id + "/validate", admin, Map.of("result", "detected"))
                            .status()));
            for (var answer : threads.invokeAll(wishes)) {
                assertThat(answer.get()).isEqualTo(200);
            }
        }

        assertThat(technique("T2").get("tests")).hasSize(12);
        assertThat(technique("T2").get("status_global").asString()).isEqualTo("validated");
        assertThat(technique("T1").get("status_global").asString()).isEqualTo("not_evaluated");
    }

    @Test
    void templatesOfARevokedTechniqueAreShownAtItsSuccessor() {
        var id = calls.send(
                        "POST",
                        "/test-templates",
                        admin,
                        Map.of("mitre_technique_id", "T1", "name", "By hand", "attack_procedure", "1. run"))
                .at("/id")
                .asString();
        var before = template(id);
        var preview = calls.send("POST", "/system/sync-mitre?preview=true&source=second.json", admin, null)
                .ok();
        assertThat(preview.at("/touches/templates").asInt()).isEqualTo(1);

        sync("second.json");

        assertThat(template(id).get("mitre_technique_id").asString()).isEqualTo("T2");
        assertThat(template(id).get("carried_from").asString()).isEqualTo("T1");
        for (var either : List.of("T1", "T2")) {
            assertThat(calls.get("/test-templates?mitre_technique_id=" + either, admin)
                            .ok()
                            .at("/total")
                            .asInt())
                    .as(either)
                    .isEqualTo(1);
        }
        var made = calls.send("POST", "/tests/from-template", admin, Map.of("template_id", id));
        assertThat(made.at("/technique_mitre_id").asString()).as(made.raw()).isEqualTo("T2");
        calls.send("POST", "/system/sync-mitre/rollback", admin, null).ok();
        assertThat(template(id)).isEqualTo(before);
    }

    private void sync(String source) {
        calls.send("POST", "/system/sync-mitre?source=" + source, admin, null).ok();
    }

    private JsonNode template(String id) {
        var found = calls.get("/test-templates?source=custom", admin).ok().at("/items/0");
        assertThat(found.get("id").asString()).isEqualTo(id);
        return found;
    }

    private JsonNode technique(String mitreId) {
        return calls.get("/techniques/" + mitreId, admin).ok().body();
    }

    private JsonNode test(String id, String token) {
        return calls.get("/tests/" + id, token).ok().body();
    }

    private List<String> changes(String test) {
        return calls.get("/tests/" + test + "/timeline", admin)
                .ok()
                .at("/items")
                .valueStream()
                .map(step -> step.get("change").asString())
                .toList();
    }

    private String test(String mitreId) {
        return calls.send(
                        "POST",
                        "/tests",
                        admin,
                        Map.of("technique_id", TestBundle.idOf(mitreId).toString(), "name", "Run it"))
                .at("/id")
                .asString();
    }

    private String inReview(String mitreId) {
        var id = test(mitreId);
        reviewed(id);
        return id;
    }

    private String validated(String mitreId) {
        var id = test(mitreId);
        decided(id);
        return id;
    }

    private void reviewed(String id) {
        calls.send("POST", "/tests/" + id + "/start-execution", admin, null).ok();
        calls.send("POST", "/tests/" + id + "/submit-red", admin, null).ok();
        calls.send("PATCH", "/tests/" + id + "/blue", admin, Map.of("detection_result", "detected"))
                .ok();
        calls.send("POST", "/tests/" + id + "/submit-blue", admin, null).ok();
    }

    private void decided(String id) {
        reviewed(id);
        calls.send("POST", "/tests/" + id + "/validate", admin, Map.of("result", "detected"))
                .ok();
    }

    /// Every byte of the tenant's tests and of its notes on techniques.
    private List<String> everything(People of) {
        return TenantScope.within(
                of.tenant,
                () -> transaction.execute(_ -> jdbc.sql("""
                        select t::text from attack_test t union all select n::text from technique_note n order by 1
                        """).query(String.class).list()));
    }
}
