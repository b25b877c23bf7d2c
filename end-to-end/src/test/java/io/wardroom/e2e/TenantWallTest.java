package io.wardroom.e2e;

import static io.wardroom.e2e.TheSuite.OWNER;
import static io.wardroom.e2e.TheSuite.SUITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Walks every documented route that takes an id with the ids of another tenant.
class TenantWallTest {
    @Test
    void aForeignIdIsUnknownOnEveryRoute() {
        var agent = VirtualAgent.registered(OWNER);
        var strangersAgent = VirtualAgent.registered(Person.of(UUID.randomUUID(), "owner"));
        var enrolment = OWNER.post("/api/v1/enrolment-tokens", Map.of("label", "wall"))
                .expect(201)
                .field("id");
        var stranger = Person.of(UUID.randomUUID(), "owner");
        // what a path's first word owns; a route of a word that is missing here fails the test
        var name = "walled-" + UUID.randomUUID();
        var user = OWNER.post(
                        "/api/v1/users",
                        Map.of(
                                "username",
                                name,
                                "email",
                                name + "@example.org",
                                "password",
                                "long enough 42",
                                "role",
                                "viewer"))
                .expect(201)
                .field("id");
        var key = OWNER.post("/api/v1/api-keys", Map.of("name", "wall", "scopes", List.of("read")))
                .expect(201)
                .field("id");
        var ids = Map.of("agents", agent.id, "enrolment-tokens", enrolment, "users", user, "api-keys", key);

        var walked = new ArrayList<String>();
        var deletions = new ArrayList<String>();
        document()
                .forEachEntry((template, methods) -> methods.forEachEntry((method, _) -> {
                    if (!template.contains("{")) {
                        return;
                    }
                    var word = template.substring("/api/v1/".length()).split("/")[0];
                    assertThat(ids).as("an id for " + template).containsKey(word);
                    var path = template.replaceFirst("\\{[^}]*}", ids.get(word));
                    if (template.endsWith("/heartbeat")) {
                        // an agent's route: its own id is open to it, another agent's is unknown to it
                        assertThat(agent.heartbeat().status()).isEqualTo(200);
                        assertThat(Http.send(
                                                "POST",
                                                SUITE.gateway().resolve(path),
                                                Map.of(
                                                        "Authorization",
                                                        "Bearer " + strangersAgent.token,
                                                        "Content-Type",
                                                        "application/json"),
                                                "{}".getBytes())
                                        .expect(404)
                                        .field("code"))
                                .isEqualTo("NOT_FOUND");
                    } else if (method.equals("get")) {
                        OWNER.get(path).expect(200);
                        assertThat(stranger.get(path).expect(404).field("code")).isEqualTo("NOT_FOUND");
                    } else if (method.equals("patch")) {
                        var change = "{\"is_active\":true}";
                        OWNER.send("PATCH", path, change).expect(200);
                        assertThat(stranger.send("PATCH", path, change)
                                        .expect(404)
                                        .field("code"))
                                .isEqualTo("NOT_FOUND");
                    } else {
                        assertThat(stranger.send(method.toUpperCase(Locale.ROOT), path, "{}")
                                        .expect(404)
                                        .field("code"))
                                .isEqualTo("NOT_FOUND");
                        if (method.equals("delete")) {
                            deletions.add(path);
                        }
                    }
                    walked.add(method + " " + template);
                }));
        deletions.forEach(path -> OWNER.send("DELETE", path, null).expect(204));

        assertThat(walked)
                .contains(
                        "get /api/v1/agents/{id}",
                        "delete /api/v1/agents/{id}",
                        "get /api/v1/agents/{id}/metrics",
                        "post /api/v1/agents/{id}/heartbeat",
                        "delete /api/v1/api-keys/{id}",
                        "delete /api/v1/enrolment-tokens/{id}",
                        "patch /api/v1/users/{id}");
        assertThat(stranger.get("/api/v1/agents").json().get("total").asInt()).isZero();
        assertThat(stranger.get("/api/v1/enrolment-tokens").json().get("total").asInt())
                .isZero();
        // what the stranger was refused stands in the stranger's own log, and nothing else
        assertThat(stranger.get("/api/v1/audit-logs").json().get("items").findValuesAsString("outcome"))
                .allMatch("refused"::equals);
    }

    private static JsonNode document() {
        return Http.send("GET", SUITE.gateway().resolve("/openapi.json"), Map.of(), null)
                .expect(200)
                .json()
                .get("paths");
    }
}
