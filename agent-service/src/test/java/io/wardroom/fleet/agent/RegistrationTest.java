package io.wardroom.fleet.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.identity.AgentIdentity;
import io.wardroom.common.identity.IdentityTable;
import io.wardroom.common.identity.TokenHash;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.OnRealServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RegistrationTest extends OnRealServers {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @Autowired
    private ConsumerFactory<?, ?> consumers;

    @Autowired
    private KafkaTemplate<String, byte[]> kafka;

    @Autowired
    private Presence presence;

    @Autowired
    private Agents agents;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private JsonMapper json;

    private final UUID tenant = UuidV7.next();
    private String ownersToken;

    @BeforeEach
    void aTenantWithAnOwner() {
        ownersToken = STACK.accessToken(STACK.newUser(tenant, "owner"));
    }

    @Test
    void aMachineComesInIsSeenAndLeaves() {
        var key = newKey();
        var registered = register(enrolmentToken("rack 7"), "machine-1", key);

        assertThat(registered.status()).isEqualTo(201);
        var id = registered.text("agent_id");
        assertThat(registered.text("agent_token")).startsWith("ms_");
        var shown = get("/api/v1/agents/" + id, ownersToken);
        assertThat(shown.status()).isEqualTo(200);
        assertThat(shown.text("hostname")).isEqualTo("host of machine-1");
        assertThat(shown.text("status")).isEqualTo("online");
        assertThat(shown.text("signing_set_at")).isNotEmpty();
        assertThat(shown.body().get("tags").get(0).asString()).isEqualTo("rack 7");
        assertThat(total(get("/api/v1/agents?search=MACHINE-1&status=online&os=Linux&tag=rack%207", ownersToken)))
                .isEqualTo(1);
        assertThat(total(get("/api/v1/agents?status=offline", ownersToken))).isZero();
        assertThat(total(get("/api/v1/agents?search=%25", ownersToken))).isZero();

        assertThat(delete("/api/v1/agents/" + id, ownersToken)).isEqualTo(204);
        assertThat(get("/api/v1/agents/" + id, ownersToken).status()).isEqualTo(404);
        assertThat(delete("/api/v1/agents/" + id, ownersToken)).isEqualTo(404);
        assertThat(register(registered.text("agent_token"), "machine-1", key).status())
                .isEqualTo(401);
    }

    @Test
    void anIdentityReachesTheDoorsAndDiesThere() {
        var table = new IdentityTable<AgentIdentity>(consumers, json, (identity, _) -> identity);
        table.start();
        try {
            var registered = register(enrolmentToken("a"), "machine-2", newKey());
            var hash = TokenHash.of(registered.text("agent_token"));
            await("the identity").atMost(PATIENCE).until(() -> table.find(hash).isPresent());
            assertThat(table.find(hash).orElseThrow().tenantId()).isEqualTo(tenant);

            delete("/api/v1/agents/" + registered.text("agent_id"), ownersToken);
            await("its end").atMost(PATIENCE).until(() -> table.find(hash).isEmpty());
        } finally {
            table.stop();
        }
    }

    @Test
    void theSameMachineWithTheSameKeyIsTheSameAgent() {
        var key = newKey();
        var first = register(enrolmentToken("a"), "machine-3", key);

        var byOwnToken = register(first.text("agent_token"), "machine-3", key);
        var byEnrolment = register(enrolmentToken("b"), "machine-3", key);

        assertThat(byOwnToken.status()).isEqualTo(200);
        assertThat(byOwnToken.text("agent_id")).isEqualTo(first.text("agent_id"));
        assertThat(byOwnToken.text("agent_token")).isEqualTo(first.text("agent_token"));
        assertThat(byEnrolment.status()).isEqualTo(200);
        assertThat(byEnrolment.text("agent_id")).isEqualTo(first.text("agent_id"));
        assertThat(byEnrolment.text("agent_token")).isNotEqualTo(first.text("agent_token"));
        assertThat(register(first.text("agent_token"), "machine-3", key).status())
                .isEqualTo(401);
    }

    @Test
    void anotherKeyIsRefusedWhateverTokenIsShown() {
        var first = register(enrolmentToken("a"), "machine-4", newKey());
        var token = first.text("agent_token");

        assertThat(register(enrolmentToken("b"), "machine-4", newKey()).status())
                .isEqualTo(403);
        assertThat(register(token, "machine-4", newKey()).status()).isEqualTo(403);
        assertThat(register(token, "machine-4", null).status()).isEqualTo(403);

        assertThat(anomaliesOf(first.text("agent_id")))
                .containsExactlyInAnyOrder("signature_invalid critical", "unsigned_payload high");
    }

    @Test
    void aKeyIsPinnedAtItsFirstUse() {
        var first = register(enrolmentToken("a"), "machine-5", null);
        var token = first.text("agent_token");
        var shown = get("/api/v1/agents/" + first.text("agent_id"), ownersToken);
        assertThat(shown.body().get("signing_set_at").isNull()).isTrue();

        assertThat(register(token, "machine-5", newKey()).status()).isEqualTo(200);
        assertThat(register(token, "machine-5", newKey()).status()).isEqualTo(403);
    }

    @Test
    void aRotatedTokenIsDeadAtTheDoorsAndTheNewOneOpens() {
        var table = new IdentityTable<AgentIdentity>(consumers, json, (identity, _) -> identity);
        table.start();
        try {
            var key = newKey();
            var first = register(enrolmentToken("a"), "machine-20", key);
            var rotate = "/api/v1/agents/" + first.text("agent_id") + "/rotate-token";
            var old = TokenHash.of(first.text("agent_token"));
            await("the identity").atMost(PATIENCE).until(() -> table.find(old).isPresent());

            var rotated = post(rotate, ownersToken, null);

            assertThat(rotated.status()).isEqualTo(200);
            assertThat(rotated.text("token")).startsWith("ms_").isNotEqualTo(first.text("agent_token"));
            var fresh = TokenHash.of(rotated.text("token"));
            await("the new one").atMost(PATIENCE).until(() -> table.find(fresh).isPresent());
            await("the old one's end").atMost(PATIENCE).until(() -> table.find(old)
                    .isEmpty());
            assertThat(register(first.text("agent_token"), "machine-20", key).status())
                    .isEqualTo(401);
            assertThat(register(rotated.text("token"), "machine-20", key).status())
                    .isEqualTo(200);
            var stranger = STACK.accessToken(STACK.newUser(UuidV7.next(), "owner"));
            assertThat(post(rotate, stranger, null).status()).isEqualTo(404);
            assertThat(post(rotate, STACK.accessToken(STACK.newUser(tenant, "blue_lead")), null)
                            .status())
                    .isEqualTo(403);
            assertThat(recordedActions(5)).contains("agent_token_rotated success", "access_refused refused");
        } finally {
            table.stop();
        }
    }

    @Test
    void aClearedKeyLetsTheNextOneIn() {
        var first = register(enrolmentToken("a"), "machine-21", newKey());
        var clear = "/api/v1/agents/" + first.text("agent_id") + "/rotate-signing-key";
        var next = newKey();
        assertThat(register(first.text("agent_token"), "machine-21", next).status())
                .isEqualTo(403);

        var cleared = post(clear, ownersToken, null);

        assertThat(cleared.status()).isEqualTo(200);
        assertThat(cleared.body().get("signing_set_at").isNull()).isTrue();
        assertThat(register(first.text("agent_token"), "machine-21", next).status())
                .isEqualTo(200);
        assertThat(register(first.text("agent_token"), "machine-21", newKey()).status())
                .isEqualTo(403);
        assertThat(post(clear, STACK.accessToken(STACK.newUser(UuidV7.next(), "owner")), null)
                        .status())
                .isEqualTo(404);
        assertThat(recordedActions(7))
                .contains("agent_signing_key_cleared success", "agent_signing_key_pinned success");
    }

    @Test
    void aSuspectedCopyRegistersOnceAsAMachineOfItsOwn() {
        var key = newKey();
        var original = register(enrolmentToken("rack 9"), "machine-22", key);
        var token = original.text("agent_token");
        assertThat(registerCopy(token, "copy-22", newKey(), "start-b").status()).isEqualTo(409);
        var id = UUID.fromString(original.text("agent_id"));
        TenantScope.everyTenant(() ->
                transaction.executeWithoutResult(_ -> agents.refuseInstance(new TenantId(tenant), id, "start-b")));

        assertThat(registerCopy(token, "copy-22", newKey(), "another start").status())
                .isEqualTo(409);
        assertThat(registerCopy(token, "copy-22", key, "start-b").status())
                .as("with the original's key")
                .isEqualTo(409);
        var own = newKey();
        var copy = registerCopy(token, "copy-22", own, "start-b");
        assertThat(copy.status()).isEqualTo(201);
        assertThat(copy.text("agent_id")).isNotEqualTo(original.text("agent_id"));
        assertThat(copy.text("agent_token")).isNotEqualTo(token);
        assertThat(get("/api/v1/agents/" + copy.text("agent_id"), ownersToken)
                        .body()
                        .at("/tags/0")
                        .asString())
                .isEqualTo("rack 9");
        // its answer was lost
        var again = registerCopy(token, "copy-22", own, "start-b");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.text("agent_id")).isEqualTo(copy.text("agent_id"));
        assertThat(registerCopy(token, "copy-23", newKey(), "start-b").status())
                .as("one machine a refused start")
                .isEqualTo(409);
        assertThat(register(token, "machine-22", key).status())
                .as("the original")
                .isEqualTo(200);
    }

    @Test
    void anAgentsTokenLetsNoOtherMachineIn() {
        var first = register(enrolmentToken("a"), "machine-6", newKey());

        assertThat(register(first.text("agent_token"), "machine-6b", newKey()).status())
                .isEqualTo(409);
    }

    @Test
    void manyAtOnceAreOneAgent() throws Exception {
        var key = newKey();
        var token = enrolmentToken("a");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Answer>> calls = IntStream.range(0, 16)
                    .<Callable<Answer>>mapToObj(_ -> () -> register(token, "machine-7", key))
                    .toList();

            var answers =
                    threads.invokeAll(calls).stream().map(Future::resultNow).toList();

            assertThat(answers).extracting(Answer::status).containsOnlyOnce(201).containsOnly(200, 201);
            assertThat(answers).extracting(answer -> answer.text("agent_id")).hasSize(16);
            assertThat(answers.stream().map(answer -> answer.text("agent_id")).distinct())
                    .hasSize(1);
        }
    }

    @Test
    void revokedAndInventedTokensLetNobodyIn() {
        var issued = post("/api/v1/enrolment-tokens", ownersToken, "{\"label\":\"x\",\"ttl_minutes\":5}");
        assertThat(register(issued.text("token"), "machine-8", newKey()).status())
                .isEqualTo(201);
        assertThat(delete("/api/v1/enrolment-tokens/" + issued.text("id"), ownersToken))
                .isEqualTo(204);

        assertThat(register(issued.text("token"), "machine-9", newKey()).status())
                .isEqualTo(401);
        assertThat(register("we_" + "x".repeat(43), "machine-9", newKey()).status())
                .isEqualTo(401);
        assertThat(register(ownersToken, "machine-9", newKey()).status()).isEqualTo(401);
        var listed = get("/api/v1/enrolment-tokens", ownersToken);
        assertThat(listed.body().get("items").get(0).get("uses").asInt()).isEqualTo(1);
        assertThat(listed.raw()).doesNotContain(issued.text("token"));
    }

    @Test
    void anotherTenantSeesNothingOfIt() {
        var issued = post("/api/v1/enrolment-tokens", ownersToken, "{\"label\":\"x\"}");
        var agent = "/api/v1/agents/"
                + register(issued.text("token"), "machine-10", newKey()).text("agent_id");
        var token = "/api/v1/enrolment-tokens/" + issued.text("id");
        var stranger = STACK.accessToken(STACK.newUser(UuidV7.next(), "owner"));

        assertThat(get(agent, ownersToken).status()).isEqualTo(200);
        assertThat(get(agent, stranger).status()).isEqualTo(404);
        assertThat(delete(agent, stranger)).isEqualTo(404);
        assertThat(delete(token, stranger)).isEqualTo(404);
        assertThat(total(get("/api/v1/agents", stranger))).isZero();
        assertThat(total(get("/api/v1/enrolment-tokens", stranger))).isZero();
        assertThat(delete(token, ownersToken)).isEqualTo(204);
    }

    @Test
    void theDatabaseItselfKeepsTenantsApart() {
        register(enrolmentToken("a"), "machine-11", newKey());

        assertThat(countAgents()).as("without a scope").isZero();
        assertThat(TenantScope.within(new TenantId(UuidV7.next()), this::countAgents))
                .as("as a stranger")
                .isZero();
        assertThat(TenantScope.within(new TenantId(tenant), this::countAgents))
                .as("as its own")
                .isEqualTo(1);
    }

    @Test
    void rolesDecideWhoMayManage() {
        var viewer = STACK.accessToken(STACK.newUser(tenant, "viewer"));
        var admin = STACK.accessToken(STACK.newUser(tenant, "admin"));

        assertThat(post("/api/v1/enrolment-tokens", viewer, "{\"label\":\"x\"}").status())
                .isEqualTo(403);
        assertThat(get("/api/v1/enrolment-tokens", viewer).status()).isEqualTo(403);
        assertThat(get("/api/v1/agents", viewer).status()).isEqualTo(200);
        assertThat(post("/api/v1/enrolment-tokens", admin, "{\"label\":\"x\"}").status())
                .isEqualTo(201);
        assertThat(get("/api/v1/agents", null).status()).isEqualTo(401);
    }

    @Test
    void whatARoleDoesNotAllowIsRefusedBeforeTheBodyIsReadAndOnRecord() {
        var viewer = STACK.accessToken(STACK.newUser(tenant, "viewer"));
        var agent = UuidV7.next();

        for (var body : List.of("{\"lable\":1}", "nonsense", "[]")) {
            assertThat(post("/api/v1/enrolment-tokens", viewer, body).status()).isEqualTo(403);
        }
        assertThat(delete("/api/v1/agents/" + agent, viewer)).isEqualTo(403);
        assertThat(delete("/api/v1/agents/" + agent, viewer)).isEqualTo(403);
        assertThat(delete("/api/v1/agents/no-id", viewer)).isEqualTo(403);
        assertThat(get("/api/v1/enrolment-tokens", viewer).status()).isEqualTo(403);
        post("/api/v1/enrolment-tokens", ownersToken, "{\"label\":\"the last\"}");

        // the same try once, and nothing of what was only read
        assertThat(recordedActions(4))
                .containsExactly(
                        "access_refused refused",
                        "access_refused refused",
                        "access_refused refused",
                        "create_enrolment_token success");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"label\":\"\"}",
                "{\"label\":\"a\\u0000b\"}",
                "{\"label\":\"x\",\"ttl_minutes\":0}",
                "{\"label\":\"x\",\"ttl_minutes\":\"soon\"}",
                "{\"label\":\"x\",\"tags\":[\"\"]}",
                "{\"label\":\"x\",\"lable\":\"y\"}"
            })
    void aMalformedWishIsNamed(String form) {
        var refused = post("/api/v1/enrolment-tokens", ownersToken, form);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text("code")).isEqualTo("VALIDATION_ERROR");
        assertThat(refused.body().get("errors").get(0).get("field").asString()).isNotEmpty();
    }

    @Test
    void aMalformedRegistrationIsNamedAndANewerAgentIsUnderstood() {
        var token = enrolmentToken("a");
        var path = "/api/v1/agents/register";

        var wrongKey = register(token, "machine-12", "bm90IGEga2V5");
        assertThat(wrongKey.status()).isEqualTo(400);
        assertThat(wrongKey.body().get("errors").get(0).get("field").asString()).isEqualTo("signing_pubkey");
        assertThat(post(path, token, "{\"hostname\":\"h\"}").status()).isEqualTo(400);
        assertThat(post(path, token, "{\"hostname\":\"h\",\"machine_id\":\"m-12\",\"a_later_field\":{\"x\":[1]}}")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void aRefusedBatchOpensOneDoubtAndComesOnRecordOnce() throws Exception {
        var agent = register(enrolmentToken("a"), "machine-14", newKey()).text("agent_id");
        var event = UuidV7.next();
        var body = json.writeValueAsBytes(Map.of(
                "agent_id", agent,
                "kind", "signature_invalid",
                "severity", "critical",
                "outcome", "refused",
                "summary", "not the pinned key's signature",
                "source_ip", "192.0.2.9",
                "a_later_field", 1));
        for (var time = 0; time < 2; time++) {
            var record = new ProducerRecord<>(Topics.TELEMETRY_SIGNALS, agent, body);
            new EventHeaders(
                            event,
                            "/wardroom/ingest-service",
                            "io.wardroom.ingest.refused.v1",
                            agent,
                            new TenantId(tenant),
                            Instant.now(),
                            EventHeaders.JSON,
                            null)
                    .writeTo(record.headers());
            kafka.send(record).get(10, TimeUnit.SECONDS);
        }

        await("the doubt").atMost(PATIENCE).until(() -> anomaliesOf(agent).size() == 1);
        assertThat(anomaliesOf(agent)).containsExactly("signature_invalid critical");
        assertThat(recordedActions(3)).contains("ingest_batch refused").hasSize(3);
    }

    @Test
    void aHeartbeatKeepsAnAgentOnline() throws Exception {
        var agent = register(enrolmentToken("a"), "machine-15", newKey()).text("agent_id");
        var later = Instant.now().plusSeconds(30).truncatedTo(ChronoUnit.MILLIS);
        var record = new ProducerRecord<>(Topics.TELEMETRY_HEARTBEATS, agent, new byte[] {'{', '}'});
        new EventHeaders(
                        UuidV7.next(),
                        "/wardroom/ingest-service",
                        "io.wardroom.heartbeat.received.v1",
                        agent,
                        new TenantId(tenant),
                        later,
                        EventHeaders.JSON,
                        null)
                .writeTo(record.headers());
        kafka.send(record).get(10, TimeUnit.SECONDS);

        await("the heartbeat").atMost(PATIENCE).until(() -> Instant.parse(
                        get("/api/v1/agents/" + agent, ownersToken).text("last_seen_at"))
                .equals(later));
    }

    @Test
    void aSightingIsTheSameMomentInEveryTimeZone() {
        var agent = register(enrolmentToken("a"), "machine-16", newKey()).text("agent_id");
        var zone = TimeZone.getDefault();
        // the clock there shows 02:30 twice that night: these are the first and the second time
        var firstHalfPastTwo = Instant.parse("2027-10-31T00:30:00Z");
        var secondHalfPastTwo = Instant.parse("2027-10-31T01:30:00Z");
        TimeZone.setDefault(TimeZone.getTimeZone("Europe/Berlin"));
        try {
            for (var moment : List.of(firstHalfPastTwo, secondHalfPastTwo)) {
                var sighting = new Sighting(new TenantId(tenant), UUID.fromString(agent), null, null, moment);
                TenantScope.everyTenant(() -> transaction.executeWithoutResult(_ -> presence.seen(List.of(sighting))));

                assertThat(get("/api/v1/agents/" + agent, ownersToken).text("last_seen_at"))
                        .isEqualTo(moment.toString());
            }
        } finally {
            TimeZone.setDefault(zone);
        }
    }

    @Test
    void whatWasDoneAndRefusedIsOnRecord() {
        var registered = register(enrolmentToken("for the record"), "machine-13", newKey());
        register(registered.text("agent_token"), "machine-13", newKey());
        delete("/api/v1/agents/" + registered.text("agent_id"), ownersToken);

        assertThat(recordedActions(4))
                .containsExactly(
                        "create_enrolment_token success",
                        "agent_registered success",
                        "agent_registered refused",
                        "delete_agent success");
    }

    private List<String> recordedActions(int expected) {
        var recorded = new ArrayList<String>();
        try (var consumer = consumers.createConsumer("test-" + UuidV7.next(), null)) {
            consumer.subscribe(List.of(Topics.AUDIT_ACTIONS));
            await("the audit trail").atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    // by the key: others' tests leave records without headers on this topic
                    if (tenant.toString().equals(record.key())) {
                        var deed = json.readTree((byte[]) record.value());
                        recorded.add(deed.get("action").asString() + " "
                                + deed.get("outcome").asString());
                    }
                });
                return recorded.size() >= expected;
            });
        }
        return recorded;
    }

    private List<String> anomaliesOf(String agent) {
        return TenantScope.everyTenant(() -> transaction.execute(
                _ -> jdbc.sql("select kind || ' ' || severity from integrity_anomaly where agent_id = :agent::uuid")
                        .param("agent", agent)
                        .query(String.class)
                        .list()));
    }

    private Integer countAgents() {
        return transaction.execute(
                _ -> jdbc.sql("select count(*) from agent").query(Integer.class).single());
    }

    private String enrolmentToken(String tag) {
        var form = json.writeValueAsString(Map.of("label", "test", "ttl_minutes", 10, "tags", List.of(tag)));
        return post("/api/v1/enrolment-tokens", ownersToken, form).text("token");
    }

    private Answer register(String token, String machine, String key) {
        return register(token, machine, key, Map.of());
    }

    private Answer registerCopy(String token, String machine, String key, String instance) {
        return register(token, machine, key, Map.of("instance_id", instance));
    }

    private Answer register(String token, String machine, String key, Map<String, String> more) {
        var form = new HashMap<String, Object>(Map.of(
                "hostname",
                "host of " + machine,
                "machine_id",
                tenant + "-" + machine,
                "os",
                "linux",
                "labels",
                Map.of("env", "test")));
        form.putAll(more);
        if (key != null) {
            form.put("signing_pubkey", key);
        }
        return post("/api/v1/agents/register", token, json.writeValueAsString(form));
    }

    private static String newKey() {
        try {
            var encoded = KeyPairGenerator.getInstance("Ed25519")
                    .generateKeyPair()
                    .getPublic()
                    .getEncoded();
            return Base64.getEncoder().encodeToString(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private record Answer(int status, String raw, JsonNode body) {
        String text(String field) {
            var value = body.get(field);
            assertThat(value).as("%s in %d %s", field, status, raw).isNotNull();
            return value.asString();
        }
    }

    private static int total(Answer page) {
        assertThat(page.status()).as(page.raw()).isEqualTo(200);
        return page.body().get("total").asInt();
    }

    private Answer get(String path, String token) {
        return send("GET", path, token, null);
    }

    private Answer post(String path, String token, String body) {
        return send("POST", path, token, body);
    }

    private int delete(String path, String token) {
        return send("DELETE", path, token, null).status();
    }

    private Answer send(String method, String path, String token, String body) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(PATIENCE)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .header("Content-Type", "application/json");
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            var response = http.send(request.build(), BodyHandlers.ofString());
            var text = response.body();
            return new Answer(
                    response.statusCode(), text, text.isEmpty() ? json.createObjectNode() : json.readTree(text));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }
}
