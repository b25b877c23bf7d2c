package io.wardroom.purple.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.common.security.Role;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.purple.Calls;
import io.wardroom.purple.OnRealServers;
import io.wardroom.purple.People;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FiguresTest extends OnRealServers {
    private final People people = new People(STACK);

    @LocalServerPort
    private int port;

    @Autowired
    private JsonMapper json;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private PlatformTransactionManager transactions;

    private Calls calls;
    private String technique;

    @BeforeEach
    void aTechnique() {
        calls = new Calls(port, json);
        technique = calls.send(
                        "POST",
                        "/techniques",
                        people.token(Role.ADMIN),
                        Map.of("mitre_id", "OWN-1", "name", "Of our own", "tactic", "execution"))
                .at("/id")
                .asString();
    }

    @Test
    void figuresFollowTheWorkflow() {
        through("draft one");
        through("started", "start-execution");
        through("handed on", "start-execution", "submit-red");
        var hidden = through("seen", "start-execution", "submit-red");
        calls.send(
                        "PATCH",
                        "/tests/" + hidden + "/blue",
                        people.token(Role.BLUE_TECH),
                        Map.of("detection_result", "detected"))
                .ok();
        through("waits", "start-execution", "submit-red", "submit-blue");
        var no = through("refused", "start-execution", "submit-red", "submit-blue");
        calls.send("POST", "/tests/" + no + "/reject", people.token(Role.RED_LEAD), null)
                .ok();
        var yes = through("approved", "start-execution", "submit-red", "submit-blue");
        calls.send(
                        "POST",
                        "/tests/" + yes + "/validate",
                        people.token(Role.ADMIN),
                        Map.of("result", "partially_detected"))
                .ok();
        calls.send(
                        "PATCH",
                        "/tests/" + yes + "/remediation",
                        people.token(Role.BLUE_TECH),
                        Map.of("remediation_steps", "block it", "remediation_status", "completed"))
                .ok();

        assertThat(shown("/metrics/test-pipeline")).isEqualTo(json.readTree("""
                {"draft":1,"red_executing":1,"blue_evaluating":2,"in_review":1,"validated":1,"rejected":1,"total":7}"""));
        assertThat(shown("/metrics/team-activity")).isEqualTo(json.readTree("""
                {"red":{"completed":5,"pending":2},"blue":{"completed":3,"pending":2}}"""));
        assertThat(shown("/metrics/validation-rate")).isEqualTo(json.readTree("""
                {"red_lead":{"approved":1,"rejected":1,"pending":1,"approval_rate":50.0},
                "blue_lead":{"approved":1,"rejected":0,"pending":1,"approval_rate":100.0}}"""));
        var recent = shown("/metrics/recent-tests");
        assertThat(recent.size()).isEqualTo(7);
        assertThat(recent.get(0).get("id").asString()).isEqualTo(yes);

        var results = shown("/reports/test-results");
        assertThat(results.get("total").asInt()).isEqualTo(7);
        assertThat(results.get("tests").size()).isEqualTo(7);
        assertThat(results.get("by_detection")).isEqualTo(json.readTree("{\"none\":6,\"partially_detected\":1}"));
        assertThat(results.at("/by_state/blue_evaluating").asInt()).isEqualTo(2);
        var none = shown("/reports/test-results?date_to=2020-01-01");
        assertThat(none.get("total").asInt()).isZero();
        assertThat(none.get("tests").isEmpty()).isTrue();
        assertThat(shown("/reports/test-results?state=validated&date_from=2020-01-01T00:00:00Z")
                        .get("tests")
                        .size())
                .isEqualTo(1);
        var remediation = shown("/reports/remediation-status?status=completed");
        assertThat(remediation.at("/by_status/completed").asInt()).isEqualTo(1);
        assertThat(remediation.at("/tests/0/remediation_completed_at").isNull()).isFalse();
        assertThat(shown("/reports/remediation-status?status=pending")
                        .get("total")
                        .asInt())
                .isZero();
        for (var bad :
                List.of("test-results?state=done", "test-results?date_from=soon", "remediation-status?status=x")) {
            assertThat(calls.get("/reports/" + bad, people.token(Role.VIEWER)).status())
                    .as(bad)
                    .isEqualTo(400);
        }
        assertThat(calls.get("/reports/test-results", new People(STACK).token(Role.OWNER))
                        .ok()
                        .at("/total")
                        .asInt())
                .isZero();
    }

    @Test
    void countsThatAreKeptAreThoseOfTheTests() {
        var yes = through("approved", "start-execution", "submit-red", "submit-blue");
        calls.send("POST", "/tests/" + yes + "/validate", people.token(Role.ADMIN), Map.of("result", "detected"))
                .ok();
        through("draft");

        // whatever other classes did to tests counts, too
        var different = TenantScope.everyTenant(() -> new TransactionTemplate(transactions)
                .execute(_ -> jdbc.sql("""
                        select count(*) from attack_test_count c full join (
                            select tenant_id, technique_id, state, coalesce(detection_result, 'none') as detection,
                                coalesce(red_validation_status, 'none') as red_verdict,
                                coalesce(blue_validation_status, 'none') as blue_verdict, count(*) as tests
                            from attack_test group by 1, 2, 3, 4, 5, 6) t
                        using (tenant_id, technique_id, state, detection, red_verdict, blue_verdict)
                        where coalesce(c.tests, 0) <> coalesce(t.tests, 0)
                        """).query(Integer.class).single()));

        assertThat(different).isZero();
        for (var filter : List.of("", "state=draft", "platform=x", "technique_id=" + technique)) {
            var page = shown("/tests?" + filter);
            assertThat(page.get("total").asInt())
                    .as(filter)
                    .isEqualTo(page.get("items").size());
        }
        assertThat(shown("/tests").get("total").asInt()).isEqualTo(2);
    }

    private String through(String name, String... steps) {
        var id = calls.send(
                        "POST", "/tests", people.token(Role.RED_TECH), Map.of("technique_id", technique, "name", name))
                .at("/id")
                .asString();
        for (var step : steps) {
            var role = step.endsWith("blue") ? Role.BLUE_TECH : Role.RED_TECH;
            calls.send("POST", "/tests/" + id + "/" + step, people.token(role), null)
                    .ok();
        }
        return id;
    }

    private JsonNode shown(String path) {
        return calls.get(path, people.token(Role.VIEWER)).ok().body();
    }
}
