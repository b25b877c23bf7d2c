package io.wardroom.e2e;

import static io.wardroom.e2e.TheSuite.OWNER;
import static io.wardroom.e2e.TheSuite.SUITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Walks every documented route that takes an id with the ids of another tenant.
class TenantWallTest {
    /// Walked by the tests of their services, which make what the ids stand for.
    private static final Set<String> WALKED_AT_HOME = Set.of("dead-letters");

    /// What a route is asked, where that is more than an empty object.
    private static final Map<String, String> CHANGES = Map.ofEntries(
            Map.entry("patch /api/v1/users/{id}", "{\"is_active\":true}"),
            Map.entry("patch /api/v1/agents/{id}", "{\"tags\":[\"wall\"]}"),
            Map.entry("put /api/v1/agents/{id}/governance", "{\"owner\":\"wall\"}"),
            Map.entry("patch /api/v1/alert-rules/{id}", "{\"threshold\":2e9}"),
            Map.entry("patch /api/v1/techniques/{mitre_id}", "{\"description\":\"wall\"}"),
            Map.entry("patch /api/v1/tests/{id}", "{\"description\":\"wall\"}"),
            Map.entry("patch /api/v1/tests/{id}/red", "{\"red_summary\":\"wall\"}"),
            Map.entry("patch /api/v1/tests/{id}/blue", "{\"blue_summary\":\"wall\"}"),
            Map.entry("patch /api/v1/tests/{id}/remediation", "{\"remediation_steps\":\"wall\"}"),
            Map.entry("post /api/v1/tests/{id}/validate-red", "{\"red_validation_status\":\"approved\"}"),
            Map.entry("post /api/v1/tests/{id}/validate-blue", "{\"blue_validation_status\":\"approved\"}"),
            Map.entry("post /api/v1/tests/{id}/validate", "{\"result\":\"detected\"}"),
            Map.entry("patch /api/v1/webhooks/{id}", "{\"description\":\"wall\"}"),
            Map.entry("post /api/v1/webhooks/{id}/replay", "{\"from\":\"%s\"}".formatted(Instant.now())),
            Map.entry(
                    "post /api/v1/alert-rules/{id}/backtest",
                    "{\"from\":\"%s\",\"to\":\"%s\"}"
                            .formatted(Instant.now().minus(1, ChronoUnit.HOURS), Instant.now())));

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
        var later = Instant.now().plus(1, ChronoUnit.HOURS);
        var rule = OWNER.post(
                        "/api/v1/alert-rules",
                        Map.of(
                                "name",
                                name,
                                "kind",
                                "metric",
                                "severity",
                                "high",
                                "metric",
                                VirtualAgent.METRIC,
                                "comparison",
                                "gt",
                                "threshold",
                                1e9))
                .expect(201)
                .field("id");
        var silence = OWNER.post("/api/v1/silences", Map.of("reason", "wall", "tag", name, "ends_at", later.toString()))
                .expect(201)
                .field("id");
        var window = OWNER.post(
                        "/api/v1/maintenance-windows",
                        Map.of(
                                "name",
                                name,
                                "tags",
                                List.of(name),
                                "starts_at",
                                later.toString(),
                                "ends_at",
                                later.plusSeconds(600).toString()))
                .expect(201)
                .field("id");
        var webhook = OWNER.post(
                        "/api/v1/webhooks", Map.of("url", "https://hooks.invalid/wall", "events", List.of("alert.*")))
                .expect(201)
                .field("id");
        var delivery = OWNER.post("/api/v1/webhooks/%s/test".formatted(webhook), Map.of())
                .expect(202)
                .field("id");
        // an alert that the agent raises itself, and a batch without the signature that its key makes due
        agent.ingest(VirtualAgent.alert(UUID.randomUUID(), 1, Instant.now(), name))
                .expect(202);
        agent.ingest(VirtualAgent.batch(UUID.randomUUID(), 2, Instant.now(), 1), null, Map.of())
                .expect(403);
        var ids = new HashMap<>(Map.of(
                "agents", agent.id,
                "enrolment-tokens", enrolment,
                "users", user,
                "api-keys", key,
                "alert-rules", rule,
                "silences", silence,
                "maintenance-windows", window,
                "webhooks", webhook));
        ids.putAll(ofThePurpleTeam(name));
        ids.put("audit-logs", firstOf("/api/v1/audit-logs?limit=1").orElseThrow());
        await("a tree with the row")
                .atMost(Duration.ofSeconds(30))
                .until(() -> OWNER.get("/api/v1/audit-logs/%s/proof".formatted(ids.get("audit-logs")))
                                .status()
                        == 200);
        await("the alert and the anomaly").atMost(Duration.ofSeconds(30)).until(() -> {
            firstOf("/api/v1/alerts?agent_id=" + agent.id).ifPresent(id -> ids.put("alerts", id));
            firstOf("/api/v1/integrity-anomalies?agent_id=" + agent.id)
                    .ifPresent(id -> ids.put("integrity-anomalies", id));
            return ids.keySet().containsAll(List.of("alerts", "integrity-anomalies"));
        });

        var walked = new ArrayList<String>();
        var deletions = new ArrayList<String>();
        document()
                .forEachEntry((template, methods) -> methods.forEachEntry((method, _) -> {
                    if (!template.contains("{")) {
                        return;
                    }
                    var word = template.substring("/api/v1/".length()).split("/")[0];
                    if (WALKED_AT_HOME.contains(word)) {
                        return;
                    }
                    assertThat(ids).as("an id for " + template).containsKey(word);
                    var path = template.replaceFirst("\\{[^}]*}", ids.get(word))
                            .replace("{section}", "packages")
                            .replace("{delivery_id}", delivery);
                    var change = CHANGES.getOrDefault(method + " " + template, "{}");
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
                    } else if (method.equals("patch") || method.equals("put")) {
                        var own = OWNER.send(method.toUpperCase(Locale.ROOT), path, change);
                        // what was resolved a moment ago is known, and cannot be acknowledged any more; blue writes
                        // nothing while red executes
                        if (own.status() != 200) {
                            assertThat(own.expect(400).field("code"))
                                    .as(method + " " + template)
                                    .isIn("INVALID_TRANSITION", "BUSINESS_RULE");
                        }
                        assertThat(stranger.send(method.toUpperCase(Locale.ROOT), path, change)
                                        .expect(404)
                                        .field("code"))
                                .isEqualTo("NOT_FOUND");
                    } else if (template.endsWith("/evidence")) {
                        assertThat(stranger.upload(path, "wall.txt", "wall")
                                        .expect(404)
                                        .field("code"))
                                .isEqualTo("NOT_FOUND");
                    } else {
                        assertThat(stranger.send(method.toUpperCase(Locale.ROOT), path, change)
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
                        "put /api/v1/agents/{id}/governance",
                        "get /api/v1/agents/{id}/inventory/packages",
                        "patch /api/v1/alerts/{id}/resolve",
                        "patch /api/v1/integrity-anomalies/{id}/resolve",
                        "delete /api/v1/silences/{id}",
                        "delete /api/v1/enrolment-tokens/{id}",
                        "post /api/v1/webhooks/{id}/deliveries/{delivery_id}/replay",
                        "patch /api/v1/users/{id}");
        assertThat(stranger.get("/api/v1/agents").json().get("total").asInt()).isZero();
        assertThat(stranger.get("/api/v1/enrolment-tokens").json().get("total").asInt())
                .isZero();
        // what the stranger was refused stands in the stranger's own log, and nothing else
        assertThat(stranger.get("/api/v1/audit-logs").json().get("items").valueStream())
                .filteredOn(row -> !row.get("outcome").asString().equals("refused"))
                .extracting(row -> row.get("action").asString())
                .containsOnly("audit_log_read");
    }

    /// A technique of the tenant's own, a test of it that has begun, which its creator is told, and what lies
    /// beside it.
    private static Map<String, String> ofThePurpleTeam(String name) {
        var mitreId = "W-" + UUID.randomUUID().toString().substring(0, 8);
        // the catalogue is read behind the start
        await("a catalogue")
                .atMost(Duration.ofSeconds(30))
                .until(() -> OWNER.get("/api/v1/techniques/T9001").status() == 200);
        var technique = OWNER.post(
                        "/api/v1/techniques", Map.of("mitre_id", mitreId, "name", name, "tactic", "execution"))
                .expect(201)
                .field("id");
        var test = OWNER.post("/api/v1/tests", Map.of("technique_id", technique, "name", name))
                .expect(201)
                .field("id");
        OWNER.post("/api/v1/tests/%s/start-execution".formatted(test), Map.of()).expect(200);
        var template = OWNER.post("/api/v1/test-templates", Map.of("mitre_technique_id", mitreId, "name", name))
                .expect(201)
                .field("id");
        var evidence = OWNER.upload("/api/v1/tests/%s/evidence?team=red".formatted(test), "wall.txt", "wall")
                .expect(201)
                .field("id");
        return Map.of(
                "techniques",
                mitreId,
                "tests",
                test,
                "test-templates",
                template,
                "evidence",
                evidence,
                "notifications",
                firstOf("/api/v1/notifications?limit=1").orElseThrow());
    }

    private static Optional<String> firstOf(String list) {
        var items = OWNER.get(list).expect(200).json().get("items");
        return items.isEmpty()
                ? Optional.empty()
                : Optional.of(items.get(0).get("id").asString());
    }

    private static JsonNode document() {
        return Http.send("GET", SUITE.gateway().resolve("/openapi.json"), Map.of(), null)
                .expect(200)
                .json()
                .get("paths");
    }
}
