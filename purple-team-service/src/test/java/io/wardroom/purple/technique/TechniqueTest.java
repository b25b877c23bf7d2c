package io.wardroom.purple.technique;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.Calls;
import io.wardroom.purple.OnRealServers;
import io.wardroom.purple.PurpleTopics;
import io.wardroom.purple.TestBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TechniqueTest extends OnRealServers {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String HOSTILE = "'); drop table technique;-- <b>\u0001\t\n\"\\ \u202e 👩‍🚀 %_";

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

    @BeforeEach
    void aTenantAndACatalogue() throws IOException {
        calls = new Calls(port, json);
        admin = token("admin");
        transaction.executeWithoutResult(_ -> {
            jdbc.sql("delete from catalogue_current").update();
            jdbc.sql("delete from catalogue_version").update();
        });
        var bundle = new TestBundle("1")
                .technique("T1", "First", "execution", "persistence")
                .technique("T1.001", "First of the first", "persistence")
                .relation("subtechnique-of", "T1.001", "T1")
                .technique("T2", "Second", "impact")
                .revoked("T3", "T2");
        Files.writeString(IMPORTS.resolve("techniques.json"), bundle.json(json));
        calls.send("POST", "/system/sync-mitre?source=techniques.json", admin, null)
                .ok();
    }

    @Test
    void techniquesAreListedAsDocumented() {
        var listed = calls.get("/techniques", token("viewer")).ok().body();

        assertThat(listed.isArray()).isTrue();
        assertThat(found("")).containsExactly("T1", "T1.001", "T2");
        var first = listed.get(0);
        assertThat(first.get("id").asString()).isEqualTo(TestBundle.idOf("T1").toString());
        assertThat(first.get("tactic").asString()).isEqualTo("execution,persistence");
        assertThat(first.get("status_global").asString()).isEqualTo("not_evaluated");
        var shown = calls.get("/techniques/T1.001", token("viewer")).ok().body();
        assertThat(shown.at("/parent/mitre_id").asString()).isEqualTo("T1");
        assertThat(shown.get("platforms")).isEqualTo(json.valueToTree(List.of("windows", "network devices")));
        assertThat(shown.get("tests")).isEmpty();
        assertThat(calls.get("/techniques/T3", admin)
                        .ok()
                        .at("/revoked_by/mitre_id")
                        .asString())
                .isEqualTo("T2");
        assertThat(calls.get("/techniques/T9", admin).status()).isEqualTo(404);
    }

    @Test
    void filtersNarrowTheList() {
        assertThat(found("?tactic=execution&tactic=impact")).containsExactly("T1", "T2");
        assertThat(found("?tactic=Execution,impact")).containsExactly("T1", "T2");
        assertThat(found("?tactic=unheard-of")).isEmpty();
        assertThat(found("?platform=Windows")).hasSize(3);
        assertThat(found("?platform=macos")).isEmpty();
        assertThat(found("?search=FIRST")).containsExactly("T1", "T1.001");
        assertThat(found("?search=%25")).isEmpty();
        assertThat(found("?review_required=true")).isEmpty();
        assertThat(found("?status=not_evaluated&review_required=false")).hasSize(3);
        for (var wrong : List.of("?status=done", "?review_required=perhaps", "?search=%00", "?tactic=a%00b")) {
            assertThat(calls.get("/techniques" + wrong, admin).status())
                    .as(wrong)
                    .isEqualTo(400);
        }
    }

    @Test
    void anOverrideStandsUntilItIsTakenAwayAndIsToldToAll() {
        calls.send("PATCH", "/techniques/T1", admin, Map.of("status_global", "validated", "reason", HOSTILE))
                .ok();
        var overridden = calls.get("/techniques/T1", admin).ok().body();
        assertThat(overridden.get("status_global").asString()).isEqualTo("validated");
        assertThat(overridden.at("/status_override/reason").asString()).isEqualTo(HOSTILE);
        assertThat(found("?status=validated")).containsExactly("T1");

        var cleared = calls.send("PATCH", "/techniques/T1", admin, "{\"status_global\": null}")
                .ok()
                .body();

        assertThat(cleared.get("status_global").asString()).isEqualTo("not_evaluated");
        assertThat(cleared.get("status_override").isNull()).isTrue();
        assertThat(cleared.at("/history/0/lowered").asBoolean()).isTrue();
        assertThat(cleared.get("history")).hasSize(2);
        var id = TestBundle.idOf("T1").toString();
        var events = records(PurpleTopics.COVERAGE, id, 2);
        assertThat(events.get(1).get("before").asString()).isEqualTo("validated");
        assertThat(events.get(1).get("after").asString()).isEqualTo("not_evaluated");
        assertThat(records(Topics.AUDIT_ACTIONS, tenant.toString(), 3).stream()
                        .map(deed -> deed.get("action").asString()))
                .containsExactly("sync_mitre", "update_technique", "update_technique");
    }

    @Test
    void whatATenantSaysIsItsOwn() {
        var stranger = STACK.accessToken(STACK.newUser(UuidV7.next(), "owner"));

        calls.send("PATCH", "/techniques/T2", admin, Map.of("name", HOSTILE, "tactic", "impact, execution"))
                .ok();
        var created = calls.send(
                "POST",
                "/techniques",
                admin,
                Map.of(
                        "mitre_id",
                        "OWN-1",
                        "name",
                        HOSTILE,
                        "description",
                        HOSTILE,
                        "tactic",
                        "execution",
                        "platforms",
                        List.of("Windows", " windows ", HOSTILE)));

        assertThat(created.status()).as(created.raw()).isEqualTo(201);
        assertThat(calls.get("/techniques/OWN-1", admin).ok().body()).isEqualTo(created.body());
        assertThat(created.at("/name").asString()).isEqualTo(HOSTILE);
        assertThat(created.at("/platforms")).hasSize(2);
        var second = calls.get("/techniques/T2", admin).ok();
        assertThat(second.at("/name").asString()).isEqualTo(HOSTILE);
        assertThat(second.at("/tactic").asString()).isEqualTo("execution,impact");
        assertThat(calls.get("/techniques/T2", stranger).ok().at("/name").asString())
                .isEqualTo("Second");
        assertThat(calls.get("/techniques/OWN-1", stranger).status()).isEqualTo(404);
        assertThat(calls.send("PATCH", "/techniques/OWN-1", stranger, Map.of("name", "x"))
                        .status())
                .isEqualTo(404);
        for (var taken : List.of("OWN-1", "T1")) {
            assertThat(calls.send(
                                    "POST",
                                    "/techniques",
                                    admin,
                                    Map.of("mitre_id", taken, "name", "x", "tactic", "execution"))
                            .status())
                    .isEqualTo(409);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "",
                "{\"mitre_id\": \"T9\", \"name\": \"x\"}",
                "{\"mitre_id\": \"T9\", \"name\": \" \", \"tactic\": \"execution\"}",
                "{\"mitre_id\": \"T9\", \"name\": \"nul\\u0000\", \"tactic\": \"execution\"}",
                "{\"mitre_id\": \"T9\", \"name\": \"half\\ud800\", \"tactic\": \"execution\"}",
                "{\"mitre_id\": \"T/9\", \"name\": \"x\", \"tactic\": \"execution\"}",
                "{\"mitre_id\": \"T9\", \"name\": \"x\", \"tactic\": \"unheard-of\"}",
                "{\"mitre_id\": \"T9\", \"name\": \"x\", \"tactic\": \"<b>\"}",
                "{\"mitre_id\": \"T9\", \"name\": \"x\", \"tactic\": \"execution\", \"platforms\": [null]}",
                "{\"mitre_id\": \"T9\", \"name\": \"x\", \"tactic\": \"execution\", \"tatcic\": \"x\"}"
            })
    void malformedTechniquesAreRefused(String body) {
        var answer = calls.send("POST", "/techniques", admin, body);

        assertThat(answer.status()).as(answer.raw()).isEqualTo(400);
        assertThat(answer.at("/code").asString()).isEqualTo("VALIDATION_ERROR");
        assertThat(answer.at("/errors")).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"status_global\": \"done\"}",
                "{\"status_global\": 7}",
                "{\"status_global\": {}}",
                "{\"reason\": \"alone\"}",
                "{\"name\": \"\"}",
                "{\"mitre_id\": \"T8\"}",
                "{\"tactic\": \"unheard-of\"}"
            })
    void malformedUpdatesAreRefused(String body) {
        assertThat(calls.send("PATCH", "/techniques/T1", admin, body).status()).isEqualTo(400);
    }

    @Test
    void rolesDecide() {
        var form = Map.of("mitre_id", "T9", "name", "x", "tactic", "execution");
        var statuses = new HashMap<String, List<Integer>>();
        for (var role : List.of("viewer", "red_tech", "blue_tech", "red_lead", "blue_lead", "admin", "owner")) {
            var token = token(role);
            statuses.put(
                    role,
                    List.of(
                            calls.get("/techniques/T1", token).status(),
                            calls.send("POST", "/techniques", token, form).status(),
                            calls.send("PATCH", "/techniques/T1", token, Map.of("name", "x"))
                                    .status(),
                            calls.send("PATCH", "/techniques/T1/review", token, null)
                                    .status()));
        }

        for (var role : List.of("viewer", "red_tech", "blue_tech")) {
            assertThat(statuses.get(role)).as(role).containsExactly(200, 403, 403, 403);
        }
        for (var role : List.of("red_lead", "blue_lead")) {
            assertThat(statuses.get(role)).as(role).containsExactly(200, 403, 403, 200);
        }
        assertThat(statuses.get("admin")).containsExactly(200, 201, 200, 200);
        assertThat(statuses.get("owner")).containsExactly(200, 409, 200, 200);
        assertThat(calls.get("/techniques", null).status()).isEqualTo(401);
        assertThat(calls.send("PATCH", "/techniques/T77/review", admin, null).status())
                .isEqualTo(404);
    }

    @Test
    void figuresFollowWhatIsSaid() {
        calls.send("PATCH", "/techniques/T1", admin, Map.of("status_global", "validated"))
                .ok();
        calls.send("PATCH", "/techniques/T2", admin, Map.of("status_global", "partial"))
                .ok();

        var summary = calls.get("/metrics/summary", token("viewer")).ok();

        assertThat(summary.raw())
                .isEqualTo("{\"total_techniques\":3,\"validated\":1,\"partial\":1,\"not_covered\":0,\"in_progress\":0,"
                        + "\"not_evaluated\":1,\"coverage_percentage\":66.7,\"weighted_coverage\":50.0}");
        assertThat(calls.get("/metrics/by-tactic", admin)
                        .ok()
                        .body()
                        .valueStream()
                        .map(one -> "%s %d %d"
                                .formatted(
                                        one.get("tactic").asString(),
                                        one.get("total").asInt(),
                                        one.get("validated").asInt())))
                .containsExactly("execution 1 1", "persistence 2 1", "impact 1 0");
    }

    private List<String> found(String query) {
        return calls.get("/techniques" + query, admin)
                .ok()
                .body()
                .valueStream()
                .map(one -> one.get("mitre_id").asString())
                .toList();
    }

    /// What was published for the tenant under a key, in order.
    private List<JsonNode> records(String topic, String key, int expected) {
        var records = new ArrayList<JsonNode>();
        try (var consumer = consumers.createConsumer("test-" + UuidV7.next(), null)) {
            consumer.subscribe(List.of(topic));
            await("records of " + topic).atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (key.equals(record.key())) {
                        var event = json.readTree((byte[]) record.value());
                        if (tenant.toString().equals(event.get("tenant_id").asString())) {
                            records.add(event);
                        }
                    }
                });
                return records.size() >= expected;
            });
        }
        return records;
    }

    private String token(String role) {
        return STACK.accessToken(STACK.newUser(tenant.value(), role));
    }
}
