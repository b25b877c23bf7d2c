package io.wardroom.fleet.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.Calls;
import io.wardroom.fleet.OnRealServers;
import io.wardroom.fleet.TestAgents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class GovernanceTest extends OnRealServers {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String HOSTILE = "'); drop table agent;-- <b>\u0001\t\n\"\\ \u202e 👩‍🚀 %_";

    private final TenantId tenant = new TenantId(UuidV7.next());

    @LocalServerPort
    private int port;

    @Autowired
    private ConsumerFactory<?, ?> consumers;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private JsonMapper json;

    private Calls calls;
    private String admin;
    private UUID agent;

    @BeforeEach
    void aTenantWithAnAgent() {
        calls = new Calls(port, json);
        admin = token("admin");
        agent = TestAgents.add(jdbc, transaction, tenant, "host");
    }

    @Test
    void whatIsSaidIsKeptReplacedAndOnRecord() {
        var said = everything();

        var put = calls.send("PUT", governance(agent), admin, said).ok().body();
        var shown = calls.get(governance(agent), token("viewer")).ok().body();

        assertThat(shown).isEqualTo(put);
        said.forEach((field, value) -> assertThat(shown.get(field)).as(field).isEqualTo(json.valueToTree(value)));
        assertThat(shown.get("updated_by").asString()).isNotEmpty();

        calls.send("PUT", governance(agent), admin, Map.of("owner", "night shift", "pii", false))
                .ok();

        var replaced = calls.get(governance(agent), admin).ok().body();
        assertThat(replaced.get("owner").asString()).isEqualTo("night shift");
        assertThat(replaced.get("pii").asBoolean()).isFalse();
        assertThat(replaced.get("notes").isNull()).isTrue();
        var deeds = deeds(2);
        assertThat(deeds).allSatisfy(deed -> {
            assertThat(deed.get("action").asString()).isEqualTo("update_agent_governance");
            assertThat(deed.get("entity_id").asString()).isEqualTo(agent.toString());
        });
        assertThat(deeds.get(0).at("/details/changes/owner/after").asString()).isEqualTo(HOSTILE);
        assertThat(deeds.get(1).at("/details/changes/owner/before").asString()).isEqualTo(HOSTILE);
        assertThat(deeds.get(1).at("/details/changes/notes/after").isNull()).isTrue();
    }

    @Test
    void nothingSaidIsNoFault() {
        var shown = calls.get(governance(agent), admin).ok().body();

        assertThat(shown.get("owner").isNull()).isTrue();
        assertThat(shown.get("updated_at").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            owner               | ""
            owner               | "nul\\u0000"
            owner               | "half\\ud800"
            owner_email         | "nobody"
            owner_email         | "a b@example.org"
            environment         | "production"
            environment         | "PROD"
            criticality         | "severe"
            data_classification | "secret"
            pii                 | "perhaps"
            runbook_url         | "ftp://example.org/run"
            runbook_url         | "javascript:alert(1)"
            runbook_url         | "https://"
            runbook_url         | "https://user:secret@example.org/"
            runbook_url         | "https://example.org/a b"
            runbook_url         | "/run"
            review_due_at       | "tomorrow"
            review_due_at       | "2026-02-30T00:00:00Z"
            review_due_at       | "1999-12-31T23:59:59Z"
            review_due_at       | "+999999999-01-01T00:00:00Z"
            enviroment          | "prod"
            """)
    void whatIsWrongIsRefusedByName(String field, String value) {
        var answer = calls.send("PUT", governance(agent), admin, "{\"%s\": %s}".formatted(field, value));

        assertThat(answer.status()).as(answer.raw()).isEqualTo(400);
        assertThat(answer.at("/code").asString()).isEqualTo("VALIDATION_ERROR");
        assertThat(answer.at("/errors/0/field").asString()).isEqualTo(field);
        assertThat(calls.get(governance(agent), admin).at("/updated_at").isNull())
                .isTrue();
    }

    @Test
    void tooLongTextsAreRefused() {
        for (var field : List.of("owner", "business_unit", "location", "cost_center", "notes", "runbook_url")) {
            var answer = calls.send(
                    "PUT", governance(agent), admin, Map.of(field, "https://example.org/" + "x".repeat(20_000)));
            assertThat(answer.status()).as(field).isEqualTo(400);
        }
        assertThat(calls.send("PUT", governance(agent), admin, Map.of("notes", "x".repeat(10_240)))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void agentsAreFoundByWhatIsSaidOfThem() {
        var other = TestAgents.add(jdbc, transaction, tenant, "other");
        calls.send(
                        "PUT",
                        governance(agent),
                        admin,
                        Map.of(
                                "owner",
                                "Night Shift",
                                "environment",
                                "prod",
                                "criticality",
                                "high",
                                "business_unit",
                                "Ops"))
                .ok();
        calls.send("PUT", governance(other), admin, Map.of("owner", "day", "environment", "dev"))
                .ok();

        assertThat(found("")).containsExactly(agent.toString(), other.toString());
        assertThat(found("?environment=prod")).containsExactly(agent.toString());
        assertThat(found("?environment=dev&owner=DAY")).containsExactly(other.toString());
        assertThat(found("?criticality=high&business_unit=ops")).containsExactly(agent.toString());
        assertThat(found("?environment=test")).isEmpty();
        assertThat(found("?search=night")).containsExactly(agent.toString());
        assertThat(calls.get("/agents?environment=moon", admin).status()).isEqualTo(400);
        assertThat(calls.get("/agents?owner=%00", admin).status()).isEqualTo(400);
    }

    @Test
    void tagsAreReplacedAndLabelsMerged() {
        var edited = calls.send(
                        "PATCH",
                        "/agents/" + agent,
                        token("blue_tech"),
                        Map.of("tags", List.of(HOSTILE, "rack 7", "rack 7"), "labels", Map.of("team", HOSTILE)))
                .ok()
                .body();

        assertThat(edited.get("tags")).isEqualTo(json.valueToTree(List.of(HOSTILE, "rack 7")));
        assertThat(edited.get("labels")).isEqualTo(json.valueToTree(Map.of("env", "test", "team", HOSTILE)));

        var labels = new HashMap<String, Object>();
        labels.put("env", null);
        labels.put("unheard-of", null);
        calls.send("PATCH", "/agents/" + agent, admin, Map.of("labels", labels)).ok();

        var shown = calls.get("/agents/" + agent, admin).ok().body();
        assertThat(shown.get("labels")).isEqualTo(json.valueToTree(Map.of("team", HOSTILE)));
        assertThat(shown.get("tags")).hasSize(2);
        var deeds = deeds(2);
        assertThat(deeds.get(0).at("/details/before/tags/0").asString()).isEqualTo("first");
        assertThat(deeds.get(1).at("/details/after/labels/team").asString()).isEqualTo(HOSTILE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"display_name\": \"x\"}",
                "{\"tags\": [\"\"]}",
                "{\"tags\": [null]}",
                "{\"tags\": \"x\"}",
                "{\"tags\": [\"nul\\u0000\"]}",
                "{\"labels\": {\"\": \"x\"}}",
                "{\"labels\": {\"nul\\u0000\": \"x\"}}",
                "{\"labels\": {\"x\": \"\\ud800\"}}",
                "{\"labels\": {\"x\": {}}}",
                "[]",
                ""
            })
    void malformedEditsAreRefused(String body) {
        var answer = calls.send("PATCH", "/agents/" + agent, admin, body);

        assertThat(answer.status()).as(answer.raw()).isEqualTo(400);
    }

    @Test
    void tooManyTagsAndLabelsAreRefused() {
        var labels = new HashMap<String, String>();
        IntStream.range(0, 64).forEach(i -> labels.put("l" + i, "x"));

        assertThat(calls.send("PATCH", "/agents/" + agent, admin, Map.of("labels", labels))
                        .status())
                .as("one is the machine's own")
                .isEqualTo(400);
        assertThat(calls.send(
                                "PATCH",
                                "/agents/" + agent,
                                admin,
                                Map.of(
                                        "tags",
                                        IntStream.range(0, 21)
                                                .mapToObj(i -> "t" + i)
                                                .toList()))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void rolesAndTenantsDecide() {
        var stranger = STACK.accessToken(STACK.newUser(UuidV7.next(), "owner"));
        var viewer = token("viewer");
        var lead = token("blue_lead");

        assertThat(calls.get(governance(agent), stranger).status()).isEqualTo(404);
        assertThat(calls.send("PUT", governance(agent), stranger, Map.of("owner", "x"))
                        .status())
                .isEqualTo(404);
        assertThat(calls.send("PATCH", "/agents/" + agent, stranger, Map.of("tags", List.of()))
                        .status())
                .isEqualTo(404);
        assertThat(calls.send("PUT", governance(agent), viewer, Map.of("owner", "x"))
                        .status())
                .isEqualTo(403);
        assertThat(calls.send("PUT", governance(agent), lead, Map.of("owner", "x"))
                        .status())
                .isEqualTo(403);
        assertThat(calls.send("PATCH", "/agents/" + agent, viewer, Map.of("tags", List.of()))
                        .status())
                .isEqualTo(403);
        assertThat(calls.send("POST", "/agents/bulk", lead, "{}").status()).isEqualTo(403);
        assertThat(calls.send("PUT", governance(agent), null, Map.of("owner", "x"))
                        .status())
                .isEqualTo(401);
        assertThat(calls.send("PUT", governance(UuidV7.next()), admin, Map.of("owner", "x"))
                        .status())
                .isEqualTo(404);
        assertThat(calls.get("/agents/" + agent, admin).at("/tags/0").asString())
                .isEqualTo("first");
    }

    @Test
    void manyAreDoneEachByItself() {
        var second = TestAgents.add(jdbc, transaction, tenant, "second");
        var foreign = TestAgents.add(jdbc, transaction, new TenantId(UuidV7.next()), "foreign");
        var unknown = UuidV7.next();
        var ids = List.of(
                agent.toString(),
                "not-an-id",
                foreign.toString(),
                unknown.toString(),
                second.toString(),
                agent.toString());

        var answer = bulk(Map.of("ids", ids, "action", "add_tags", "tags", List.of("rack 7")))
                .ok();

        assertThat(answer.at("/results")
                        .valueStream()
                        .map(one -> one.get("id").asString() + " "
                                + one.get("status").asInt() + " "
                                + one.get("code").asString("-")))
                .containsExactly(
                        agent + " 200 -",
                        "not-an-id 400 VALIDATION_ERROR",
                        foreign + " 404 NOT_FOUND",
                        unknown + " 404 NOT_FOUND",
                        second + " 200 -");
        assertThat(found("?tag=rack%207")).containsExactly(agent.toString(), second.toString());
        assertThat(deeds(4).stream()
                        .map(deed -> deed.get("entity_id").asString() + " "
                                + deed.get("outcome").asString()))
                .containsExactlyInAnyOrder(
                        agent + " success", foreign + " refused", unknown + " refused", second + " success");
    }

    @Test
    void eachActionDoesWhatItSays() {
        var ids = List.of(agent.toString());
        bulk(Map.of("ids", ids, "action", "remove_tags", "tags", List.of("first", "unheard of")))
                .ok();
        bulk(Map.of("ids", ids, "action", "set_labels", "labels", Map.of("env", "live")))
                .ok();
        calls.send("PUT", governance(agent), admin, Map.of("owner", "ann", "environment", "dev"))
                .ok();
        bulk(Map.of("ids", ids, "action", "set_governance", "governance", Map.of("environment", "prod")))
                .ok();

        var shown = calls.get("/agents/" + agent, admin).ok().body();
        assertThat(shown.get("tags")).isEmpty();
        assertThat(shown.at("/labels/env").asString()).isEqualTo("live");
        var said = calls.get(governance(agent), admin).ok().body();
        assertThat(said.get("owner").asString()).isEqualTo("ann");
        assertThat(said.get("environment").asString()).isEqualTo("prod");

        var deleted = bulk(Map.of("ids", ids, "action", "delete")).ok();
        var again = bulk(Map.of("ids", ids, "action", "delete")).ok();
        assertThat(deleted.at("/results/0/status").asInt()).isEqualTo(200);
        assertThat(again.at("/results/0/status").asInt()).isEqualTo(404);
    }

    @Test
    void aTagTooManyIsRefusedForThatAgentAlone() {
        var full = IntStream.range(0, 20).mapToObj(i -> "t" + i).toList();
        var other = TestAgents.add(jdbc, transaction, tenant, "other");
        calls.send("PATCH", "/agents/" + agent, admin, Map.of("tags", full)).ok();

        var answer = bulk(Map.of("ids", List.of(agent, other), "action", "add_tags", "tags", List.of("more")))
                .ok();

        assertThat(answer.at("/results/0/status").asInt()).isEqualTo(400);
        assertThat(answer.at("/results/1/status").asInt()).isEqualTo(200);
    }

    @Test
    void malformedBulksAreRefusedWhole() {
        var id = agent.toString();
        var tooMany = Stream.generate(UuidV7::next).limit(201).toList();
        for (Map<String, Object> form : List.<Map<String, Object>>of(
                Map.of("action", "delete"),
                Map.of("ids", List.of(), "action", "delete"),
                Map.of("ids", tooMany, "action", "delete"),
                Map.of("ids", List.of(id)),
                Map.of("ids", List.of(id), "action", "reboot"),
                Map.of("ids", List.of(id), "action", "add_tags"),
                Map.of("ids", List.of(id), "action", "add_tags", "tags", List.of()),
                Map.of("ids", List.of(id), "action", "delete", "tags", List.of("x")),
                Map.of("ids", List.of(id), "action", "set_governance", "governance", Map.of("environment", "moon")),
                Map.of("ids", List.of(id), "action", "delete", "force", true))) {
            var answer = bulk(form);
            assertThat(answer.status())
                    .as("%s: %s", form.keySet(), answer.raw())
                    .isEqualTo(400);
            assertThat(answer.at("/errors")).isNotEmpty();
        }
        assertThat(calls.get("/agents/" + agent, admin).status()).isEqualTo(200);
    }

    private static Map<String, Object> everything() {
        var said = new LinkedHashMap<String, Object>();
        said.put("owner", HOSTILE);
        said.put("owner_email", "ops@example.org");
        said.put("business_unit", HOSTILE);
        said.put("environment", "prod");
        said.put("criticality", "critical");
        said.put("data_classification", "restricted");
        said.put("pii", true);
        said.put("location", HOSTILE);
        said.put("cost_center", HOSTILE);
        said.put("runbook_url", "https://wiki.example.org/run?book=%3Cscript%3E#top");
        said.put("notes", HOSTILE.repeat(100));
        said.put("review_due_at", "2026-10-25T00:30:00Z");
        return said;
    }

    private Calls.Answer bulk(Object form) {
        return calls.send("POST", "/agents/bulk", admin, form);
    }

    private List<String> found(String query) {
        return calls.get("/agents" + query, admin)
                .ok()
                .at("/items")
                .valueStream()
                .map(one -> one.get("id").asString())
                .toList();
    }

    private static String governance(UUID agent) {
        return "/agents/" + agent + "/governance";
    }

    private String token(String role) {
        return STACK.accessToken(STACK.newUser(tenant.value(), role));
    }

    /// What the tenant's audit log was told, in order.
    private List<JsonNode> deeds(int expected) {
        var deeds = new ArrayList<JsonNode>();
        try (var consumer = consumers.createConsumer("test-" + UuidV7.next(), null)) {
            consumer.subscribe(List.of(Topics.AUDIT_ACTIONS));
            await("the audit trail").atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (tenant.toString().equals(record.key())) {
                        deeds.add(json.readTree((byte[]) record.value()));
                    }
                });
                return deeds.size() >= expected;
            });
        }
        return deeds;
    }
}
