package io.wardroom.purple.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.common.security.Role;
import io.wardroom.purple.Calls;
import io.wardroom.purple.Calls.Answer;
import io.wardroom.purple.OnRealServers;
import io.wardroom.purple.People;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class WorkflowTest extends OnRealServers {
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
