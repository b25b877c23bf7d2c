package io.wardroom.ingest.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.luben.zstd.Zstd;
import io.micrometer.core.instrument.MeterRegistry;
import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.event.Topics;
import io.wardroom.common.identity.AgentIdentity;
import io.wardroom.common.telemetry.ValueCodec;
import io.wardroom.common.telemetry.proto.Layout;
import io.wardroom.ingest.RunningIngest;
import io.wardroom.ingest.RunningIngest.Answer;
import io.wardroom.ingest.TestAgent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class IngestTest {
    private static RunningIngest ingest;
    private static TestAgent agent;

    @BeforeAll
    static void start() {
        ingest = RunningIngest.start();
        agent = ingest.enrol(TestAgent.signing());
    }

    @AfterAll
    static void stop() {
        ingest.close();
    }

    @Test
    void aSignedBatchLiesOnKafkaWhenItIsAcknowledged() throws Exception {
        var sender = ingest.enrol(TestAgent.signing());
        var id = UUID.randomUUID();
        var captured = Instant.ofEpochMilli(System.currentTimeMillis() / 1000 * 1000);

        var answer = ingest.ingest(sender, """
                {"batch_id":"%s","instance_id":"start-1","seq":9,"sent_at":"%s","agent_version":"0.1.0","items":[
                {"type":"metrics","captured_at":"%s","samples":[{"name":"system.cpu.utilization","value":0.25,"labels":{"mode":"user"}},{"name":"system.uptime","value":77}]},
                {"type":"heartbeat"},{"type":"no-such-type"},
                {"type":"alert","category":"disk","severity":"high","title":"almost full"}]}""".formatted(id, captured, captured));

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.body().get("batch_id").asString()).isEqualTo(id.toString());
        assertThat(answer.body().get("accepted").asInt()).isEqualTo(3);
        assertThat(answer.body().get("duplicate").asBoolean()).isFalse();
        assertThat(answer.body().get("retry_after").asInt()).isZero();
        assertThat(Instant.parse(answer.body().get("server_time").asString()))
                .isBetween(captured.minusSeconds(1), captured.plusSeconds(60));
        assertThat(answer.body().get("rejected")).singleElement().satisfies(rejection -> {
            assertThat(rejection.get("index").asInt()).isEqualTo(2);
            assertThat(rejection.get("code").asString()).isEqualTo("UNKNOWN_TYPE");
        });
        assertThat(answer.response().headers().firstValue("X-Request-Id")).isPresent();

        var stored = RunningIngest.metrics(sender);
        assertThat(stored).hasSize(1);
        var batch = stored.getFirst();
        assertThat(RunningIngest.idOf(batch)).isEqualTo(id);
        assertThat(batch.getInstanceId()).isEqualTo("start-1");
        assertThat(batch.getSeq()).isEqualTo(9);
        assertThat(batch.getSentAtMs()).isEqualTo(captured.toEpochMilli());
        assertThat(batch.getAgentVersion()).isEqualTo("0.1.0");
        assertThat(batch.getSigned()).isTrue();
        assertThat(batch.getMoments(0).getCapturedAtMs()).isEqualTo(captured.toEpochMilli());
        assertThat(ValueCodec.unpack(batch.getMoments(0).getValues(), 2)).containsExactly(0.25, 77);
        var headers = EventHeaders.read(RunningIngest.records(Topics.TELEMETRY_METRICS, sender)
                .getFirst()
                .headers());
        assertThat(headers.tenant().value()).isEqualTo(sender.tenant());
        assertThat(headers.subject()).isEqualTo(sender.id().toString());
        assertThat(headers.contentType()).isEqualTo(EventHeaders.PROTOBUF);
        var layoutId =
                HexFormat.of().formatHex(batch.getMoments(0).getLayoutId().toByteArray());
        var layout = Layout.parseFrom(RunningIngest.records(Topics.TELEMETRY_LAYOUTS, sender).stream()
                .filter(record -> record.key().equals(layoutId))
                .findFirst()
                .orElseThrow()
                .value());
        assertThat(layout.getSeriesList())
                .extracting(one -> one.getName())
                .containsExactly("system.cpu.utilization", "system.uptime");
        var alert = RunningIngest.json(Topics.TELEMETRY_ALERTS, sender);
        assertThat(alert).hasSize(1);
        assertThat(alert.getFirst().get("batch_id").asString()).isEqualTo(id.toString());
        assertThat(alert.getFirst().at("/items/0/title").asString()).isEqualTo("almost full");
        assertThat(RunningIngest.records(Topics.TELEMETRY_HEARTBEATS, sender))
                .as("only those of the enrolment's waiting")
                .allMatch(record -> !new String(record.value(), UTF_8).contains(id.toString()));
    }

    @Test
    void aStartThatIsTakenForACopyIsToldSoAndTheOriginalIsNot() {
        var copied = ingest.enrol(TestAgent.signing());
        var plain = copied.identity(2);
        ingest.publish(
                copied,
                new AgentIdentity(
                        plain.agentId(),
                        plain.tenantId(),
                        plain.tokenSha256(),
                        plain.signingPubkey(),
                        plain.version(),
                        List.of("start-b")));
        var batch = """
                {"batch_id":"%s","instance_id":"%s","seq":1,"items":[{"type":"heartbeat"}]}""";

        await("the refusal")
                .atMost(Duration.ofSeconds(10))
                .until(() -> ingest.ingest(copied, batch.formatted(UUID.randomUUID(), "start-b"))
                                .status()
                        == 409);
        var refused = ingest.ingest(copied, batch.formatted(UUID.randomUUID(), "start-b"));
        assertThat(refused.body().get("code").asString()).isEqualTo("CLONE_SUSPECTED");
        var before = RunningIngest.metrics(copied).size();
        assertThat(ingest.ingest(copied, batch.formatted(UUID.randomUUID(), "start-a"))
                        .status())
                .isEqualTo(202);
        assertThat(RunningIngest.metrics(copied)).hasSize(before + 1);
        // only the agent itself is told: whoever cannot sign learns nothing of copies
        assertThat(ingest.ingest(
                                copied,
                                batch.formatted(UUID.randomUUID(), "start-b").getBytes(UTF_8),
                                new String[0])
                        .status())
                .isEqualTo(403);
    }

    @Test
    void theDecisionTableHolds() {
        var unpinned = ingest.enrol(TestAgent.withoutKey());
        var pinned = ingest.enrol(TestAgent.signing());

        var unsigned = ingest.ingest(unpinned, body(), new String[0]);
        var needless = ingest.ingest(unpinned, body(), "X-Monsys-Signature", "anything");
        var missing = ingest.ingest(pinned, body(), new String[0]);
        var otherBody = ingest.ingest(pinned, body(), "X-Monsys-Signature", pinned.sign(body()));
        var notBase64 = ingest.ingest(pinned, body(), "X-Monsys-Signature", "?");
        var good = body();
        var valid = ingest.ingest(pinned, good, "X-Monsys-Signature", pinned.sign(good));

        assertThat(List.of(unsigned, needless, valid))
                .extracting(Answer::status)
                .containsOnly(202);
        assertThat(List.of(missing, otherBody, notBase64))
                .extracting(Answer::status)
                .containsOnly(403);
        assertThat(List.of(missing, otherBody, notBase64))
                .allSatisfy(answer ->
                        assertThat(answer.body().get("code").asString()).isEqualTo("FORBIDDEN"));
        assertThat(RunningIngest.metrics(unpinned)).hasSize(2).allMatch(batch -> !batch.getSigned());
        assertThat(RunningIngest.metrics(pinned)).singleElement().matches(batch -> batch.getSigned());
        await("the refusals are told").atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            // two minutes may meet in one test: one an agent, kind and minute
            assertThat(told(pinned))
                    .contains(
                            "io.wardroom.ingest.refused.v1 unsigned_payload high refused",
                            "io.wardroom.ingest.refused.v1 signature_invalid critical refused")
                    .hasSizeBetween(2, 4);
            assertThat(told(unpinned))
                    .contains("io.wardroom.ingest.unsigned.v1 unsigned_payload medium accepted")
                    .hasSizeBetween(1, 2);
        });
    }

    private static List<String> told(TestAgent agent) {
        return RunningIngest.records(Topics.TELEMETRY_SIGNALS, agent).stream()
                .map(record -> {
                    var event = RunningIngest.JSON.readTree(record.value());
                    assertThat(event.get("agent_id").asString())
                            .isEqualTo(agent.id().toString());
                    assertThat(event.get("source_ip").asString()).isEqualTo("127.0.0.1");
                    return "%s %s %s %s"
                            .formatted(
                                    EventHeaders.read(record.headers()).type(),
                                    event.get("kind").asString(),
                                    event.get("severity").asString(),
                                    event.get("outcome").asString());
                })
                .toList();
    }

    @Test
    void theSameBatchAgainIsADuplicateAndStoresNothing() {
        var sender = ingest.enrol(TestAgent.signing());
        var id = UUID.randomUUID();
        var first = ingest.ingest(sender, batch(id, 1));

        var again = ingest.ingest(sender, batch(id, 1));
        var otherContent = ingest.ingest(sender, batch(id, 2));

        assertThat(first.body().get("duplicate").asBoolean()).isFalse();
        for (var answer : List.of(again, otherContent)) {
            assertThat(answer.status()).isEqualTo(202);
            assertThat(answer.body().get("duplicate").asBoolean()).isTrue();
            assertThat(answer.body().get("batch_id").asString()).isEqualTo(id.toString());
            assertThat(answer.body().get("accepted").asInt()).isZero();
        }
        assertThat(RunningIngest.metrics(sender)).hasSize(1);
        var foreigner = ingest.enrol(TestAgent.signing());
        assertThat(ingest.ingest(foreigner, batch(id, 1))
                        .body()
                        .get("duplicate")
                        .asBoolean())
                .as("another agent's batch of the same id")
                .isFalse();
    }

    @Test
    void theSameBatchByManyConnectionsAtOnceIsStoredOnce() throws Exception {
        var sender = ingest.enrol(TestAgent.signing());
        for (var round = 0; round < 20; round++) {
            var body = batch(UUID.randomUUID(), round);
            var together = new CyclicBarrier(4);
            Callable<Answer> send = () -> {
                together.await();
                return ingest.ingest(sender, body);
            };
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var answers = new ArrayList<Answer>();
                for (var future : threads.invokeAll(List.of(send, send, send, send))) {
                    answers.add(future.get());
                }

                assertThat(answers).extracting(Answer::status).containsOnly(202);
                assertThat(answers)
                        .filteredOn(answer -> !answer.body().get("duplicate").asBoolean())
                        .hasSize(1);
            }
        }
        assertThat(RunningIngest.metrics(sender)).hasSize(20);
    }

    @Test
    void aBatchWithoutAnIdIsRecognisedByItsBytesIfItHoldsATime() {
        var sender = ingest.enrol(TestAgent.signing());
        var dated =
                "[{\"type\":\"metric\",\"name\":\"a\",\"value\":1,\"captured_at\":\"%s\"}]".formatted(Instant.now());
        var undated = "[{\"type\":\"heartbeat\"}]";

        var first = ingest.ingest(sender, dated);
        var again = ingest.ingest(sender, dated);

        assertThat(first.body().get("duplicate").asBoolean()).isFalse();
        assertThat(again.body().get("duplicate").asBoolean()).isTrue();
        assertThat(again.body().get("batch_id")).isEqualTo(first.body().get("batch_id"));
        assertThat(ingest.ingest(sender, undated).body().get("duplicate").asBoolean())
                .isFalse();
        assertThat(ingest.ingest(sender, undated).body().get("duplicate").asBoolean())
                .isFalse();
        assertThat(RunningIngest.metrics(sender)).hasSize(3);
    }

    @Test
    void aBatchWithoutMetricsHasItsRecordAndAHeartbeatIsTold() {
        var sender = ingest.enrol(TestAgent.signing());
        var id = UUID.randomUUID();

        var answer = ingest.ingest(
                sender, "{\"batch_id\":\"%s\",\"seq\":4,\"items\":[{\"type\":\"heartbeat\"}]}".formatted(id));

        assertThat(answer.body().get("accepted").asInt()).isEqualTo(1);
        assertThat(RunningIngest.metrics(sender)).singleElement().satisfies(batch -> {
            assertThat(batch.getSeq()).isEqualTo(4);
            assertThat(batch.getMomentsCount()).isZero();
        });
        assertThat(RunningIngest.json(Topics.TELEMETRY_HEARTBEATS, sender))
                .anyMatch(record -> record.get("batch_id").asString().equals(id.toString()));
    }

    @Test
    void compressedBodiesAreTakenAndSignedAsSent() throws Exception {
        var plain = batch(UUID.randomUUID(), 1).getBytes(UTF_8);
        var gzip = gzip(batch(UUID.randomUUID(), 2).getBytes(UTF_8));
        var zstd = Zstd.compress(batch(UUID.randomUUID(), 3).getBytes(UTF_8));

        assertThat(encoded(gzip, "gzip").status()).isEqualTo(202);
        assertThat(encoded(zstd, "zstd").status()).isEqualTo(202);
        assertThat(encoded(plain, "identity").status()).isEqualTo(202);
        assertThat(ingest.ingest(agent, gzip, "Content-Encoding", "gzip", "X-Monsys-Signature", agent.sign(plain))
                        .status())
                .as("signed before it was compressed")
                .isEqualTo(403);
        assertThat(encoded(plain, "gzip").body().get("code").asString()).isEqualTo("VALIDATION_ERROR");
        assertThat(encoded(plain, "zstd").body().get("code").asString()).isEqualTo("VALIDATION_ERROR");
        assertThat(encoded(plain, "br").status()).isEqualTo(415);
        assertThat(encoded(gzip, "gzip, gzip").status()).isEqualTo(415);
        assertThat(ingest.ingest(agent, plain, "Content-Type", "text/plain").status())
                .isEqualTo(415);
        assertThat(ingest.ingest(agent, plain, "Content-Type", "application/json; charset=utf-16")
                        .status())
                .isEqualTo(415);
    }

    private static Answer encoded(byte[] body, String coding) {
        return ingest.ingest(agent, body, "Content-Encoding", coding, "X-Monsys-Signature", agent.sign(body));
    }

    @Test
    void whatIsTooLargeIsRefused() throws Exception {
        var most = 4 << 20;
        var bomb = ("[" + "{\"type\":\"heartbeat\"},".repeat(400_000) + "{}]").getBytes(UTF_8);
        var whole = padded(most);

        assertThat(encoded(whole, "identity").status()).isEqualTo(202);
        assertThat(encoded(padded(most + 1), "identity").status()).isEqualTo(413);
        for (var answer : List.of(encoded(gzip(bomb), "gzip"), encoded(Zstd.compress(bomb), "zstd"))) {
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.body().get("code").asString()).isEqualTo("PAYLOAD_TOO_LARGE");
        }
        assertThat(ingest.send(ingest.ingestRequest(agent, new byte[0])
                                .POST(HttpRequest.BodyPublishers.ofInputStream(
                                        () -> new ByteArrayInputStream(padded(most + 1)))))
                        .status())
                .as("chunked, so of a length that nobody announced")
                .isEqualTo(413);
        assertThat(encoded(("[" + "{},".repeat(5_000) + "{}]").getBytes(UTF_8), "identity")
                        .status())
                .isEqualTo(413);
        assertThat(encoded("[".repeat(10_000).getBytes(UTF_8), "identity")
                        .body()
                        .get("code")
                        .asString())
                .isEqualTo("VALIDATION_ERROR");
    }

    /// The answer comes before the body: with one that never comes, too.
    @Test
    void aLengthBeyondTheBoundIsRefusedBeforeTheBodyIsRead() throws Exception {
        try (var socket = new Socket("127.0.0.1", ingest.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("POST /api/v1/ingest HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + agent.token()
                                    + "\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n")
                            .getBytes(UTF_8));

            assertThat(new String(socket.getInputStream().readNBytes(12), UTF_8))
                    .isEqualTo("HTTP/1.1 413");
        }
    }

    @Test
    void aLargeInventoryIsSpreadOverRecordsThatKafkaTakes() {
        var sender = ingest.enrol(TestAgent.signing());
        var data = "x".repeat(800_000 / 20);
        var items = IntStream.range(0, 4)
                .mapToObj(i -> "{\"type\":\"inventory\",\"section\":\"s%d\",\"data\":[%s]}"
                        .formatted(
                                i,
                                IntStream.range(0, 20)
                                        .mapToObj(_ -> "\"" + data + "\"")
                                        .collect(Collectors.joining(","))))
                .collect(Collectors.joining(","));

        var answer = ingest.ingest(sender, "{\"batch_id\":\"%s\",\"items\":[%s]}".formatted(UUID.randomUUID(), items));

        assertThat(answer.body().get("accepted").asInt()).isEqualTo(4);
        var records = RunningIngest.records(Topics.TELEMETRY_INVENTORY, sender);
        assertThat(records).hasSize(4).allMatch(record -> record.value().length < 900 * 1024);
        assertThat(records.stream().map(record -> RunningIngest.JSON
                        .readTree(record.value())
                        .at("/items/0/section")
                        .asString()))
                .containsExactly("s0", "s1", "s2", "s3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Basic YTpi",
                "Bearer",
                "Bearer ",
                "Bearer ms_unknown",
                "Bearer eyJhbGciOiJub25lIn0.e30.",
                "Bearer we_x"
            })
    void withoutAnAgentsTokenTheDoorsStayShut(String authorization) {
        for (var path : List.of("/api/v1/ingest", "/api/v1/agents/" + agent.id() + "/heartbeat")) {
            var request = ingest.request(path).POST(HttpRequest.BodyPublishers.ofString("[]"));
            if (!authorization.isEmpty()) {
                request.header("Authorization", authorization);
            }
            var answer = ingest.send(request);

            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.body().get("code").asString()).isEqualTo("UNAUTHORIZED");
            assertThat(answer.response().headers().firstValue("X-Request-Id")).isPresent();
        }
    }

    @Test
    void aPersonsTokenOpensNoAgentsDoor() {
        var stack = RunningIngest.stack();
        var person = "Bearer " + stack.accessToken(stack.newUser(agent.tenant(), "owner"));

        for (var path : List.of("/api/v1/ingest", "/api/v1/agents/" + agent.id() + "/heartbeat")) {
            assertThat(ingest.send(ingest.request(path)
                                    .header("Authorization", person)
                                    .POST(HttpRequest.BodyPublishers.ofString("[]")))
                            .status())
                    .isEqualTo(401);
        }
        assertThat(ingest.send(ingest.request("/api/v1/nowhere")
                                .header("Authorization", person)
                                .GET())
                        .body()
                        .get("code")
                        .asString())
                .isEqualTo("ROUTE_NOT_FOUND");
    }

    @Test
    void anIdentityThatChangesOrGoesIsFollowed() {
        var fickle = ingest.enrol(TestAgent.withoutKey());
        assertThat(ingest.ingest(fickle, body(), new String[0]).status()).isEqualTo(202);
        var pinned = new TestAgent(fickle.id(), fickle.tenant(), fickle.token(), fickle.keys(), true);

        ingest.publish(pinned, pinned.identity(2));
        await("the key is pinned")
                .atMost(Duration.ofSeconds(5))
                .until(() -> ingest.ingest(pinned, body(), new String[0]).status() == 403);
        ingest.publish(pinned, null);

        assertThat(ingest.ingest(pinned, batch(UUID.randomUUID(), 1)).status()).isEqualTo(401);
    }

    @Test
    void aHeartbeatIsStoredForTheAgentItselfOnly() {
        var sender = ingest.enrol(TestAgent.signing());
        var before = RunningIngest.records(Topics.TELEMETRY_HEARTBEATS, sender).size();

        var answer = ingest.heartbeat(sender, sender.id());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().get("status").asString()).isEqualTo("online");
        assertThat(answer.body().at("/desired/collect_interval_secs").asInt()).isEqualTo(15);
        assertThat(answer.body().at("/desired/inventory_interval_secs").asInt()).isEqualTo(21_600);
        assertThat(answer.body().get("server_time").asString()).endsWith("Z");
        assertThat(RunningIngest.records(Topics.TELEMETRY_HEARTBEATS, sender)).hasSize(before + 1);
        assertThat(ingest.heartbeat(sender, agent.id()).status()).isEqualTo(404);
        assertThat(ingest.heartbeat(sender, agent.id()).body().get("code").asString())
                .isEqualTo("NOT_FOUND");
        assertThat(ingest.send(ingest.request("/api/v1/agents/no-uuid/heartbeat")
                                .header("Authorization", "Bearer " + sender.token())
                                .POST(HttpRequest.BodyPublishers.noBody()))
                        .status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({"GET,405", "PUT,405", "DELETE,405", "PATCH,405"})
    void onlyPostIsTaken(String method, int status) {
        var answer = ingest.send(ingest.request("/api/v1/ingest").method(method, HttpRequest.BodyPublishers.noBody()));

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body().get("code").asString()).isEqualTo("METHOD_NOT_ALLOWED");
        assertThat(answer.response().headers().firstValue("Allow")).hasValue("POST");
    }

    @Test
    void malformedBodiesAreNeverAnswered5xx() {
        var seed = 20260131L;
        var random = new Random(seed);
        var statuses = new ArrayList<Integer>();
        for (var i = 0; i < 200; i++) {
            var body = malformed(random);
            var answer = ingest.ingest(agent, body, "X-Monsys-Signature", agent.sign(body));

            assertThat(answer.status())
                    .as("seed %d, body %d: %s", seed, i, new String(body, UTF_8))
                    .isIn(202, 400, 413);
            if (answer.status() == 400) {
                assertThat(answer.body().get("code").asString()).isEqualTo("VALIDATION_ERROR");
                assertThat(answer.body().at("/errors/0/field").asString()).isNotBlank();
                assertThat(answer.body().at("/errors/0/message").asString()).isNotBlank();
            }
            statuses.add(answer.status());
        }
        assertThat(statuses).contains(202, 400);
    }

    /// A good batch with a piece cut out, doubled, replaced by bytes, or by JSON of another kind.
    private static byte[] malformed(Random random) {
        var good = batch(UUID.randomUUID(), random.nextInt(100))
                .replace("]}]}", "]},{\"type\":\"inventory\",\"section\":\"users\",\"data\":[{\"uid\":0}]}]}");
        var text = new StringBuilder(good);
        for (var changes = random.nextInt(4); changes >= 0; changes--) {
            var from = random.nextInt(text.length());
            var to = Math.min(text.length(), from + random.nextInt(12));
            switch (random.nextInt(4)) {
                case 0 -> text.delete(from, to);
                case 1 -> text.insert(from, text.substring(from, to));
                case 2 ->
                    text.insert(
                            from,
                            List.of(
                                            "null", "[", "{", "}", "\"", "-", "1e999", "\\ud800", "\u0000", "\u001f",
                                            ",", "tru")
                                    .get(random.nextInt(12)));
                default -> text.setCharAt(from, (char) random.nextInt(0x10000));
            }
            if (text.isEmpty()) {
                text.append(' ');
            }
        }
        return text.toString().getBytes(UTF_8);
    }

    @Test
    void theApiDocumentDescribesBothRoutes() {
        var document = ingest.send(ingest.request("/v3/api-docs").GET()).body();

        var post = document.at("/paths/~1api~1v1~1ingest/post");
        assertThat(post.at("/requestBody/content/application~1json/schema/oneOf"))
                .hasSize(2);
        assertThat(fieldsOf(post.get("responses"))).contains("202", "400", "401", "403", "413", "415", "503");
        assertThat(document.at("/components/schemas/IngestAnswer/properties/batch_id")
                        .isMissingNode())
                .isFalse();
        assertThat(document.at("/components/schemas/IngestBatch/properties/items/items/$ref")
                        .asString())
                .isEqualTo("#/components/schemas/IngestItem");
        assertThat(document.at("/paths/~1api~1v1~1agents~1{id}~1heartbeat/post/responses/200")
                        .isMissingNode())
                .isFalse();
        assertThat(document.at("/components/schemas/HeartbeatAnswer/properties/server_time")
                        .isMissingNode())
                .isFalse();
    }

    private static List<String> fieldsOf(JsonNode node) {
        return List.copyOf(node.propertyNames());
    }

    @Test
    void theHotRouteIsCountedAndNotObserved() {
        var meters = ingest.bean(MeterRegistry.class);
        var before = meters.get("wardroom.ingest.batches")
                .tag("outcome", "accepted")
                .counter()
                .count();

        ingest.ingest(agent, batch(UUID.randomUUID(), 1));
        ingest.heartbeat(agent, agent.id());

        assertThat(meters.get("wardroom.ingest.batches")
                        .tag("outcome", "accepted")
                        .counter()
                        .count())
                .isGreaterThan(before);
        assertThat(meters.get("wardroom.ingest.ed25519")
                        .tag("provider", "corretto")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(meters.get("wardroom.ingest.verify").timer().count()).isPositive();
        await("the heartbeat's observation ends")
                .atMost(Duration.ofSeconds(5))
                .until(() -> !meters.find("http.server.requests").timers().isEmpty());
        assertThat(meters.find("http.server.requests").timers())
                .noneMatch(timer -> String.valueOf(timer.getId().getTag("uri")).contains("ingest"));
    }

    private static byte[] body() {
        return batch(UUID.randomUUID(), 1).getBytes(UTF_8);
    }

    static String batch(UUID id, double value) {
        return "{\"batch_id\":\"%s\",\"items\":[{\"type\":\"metrics\",\"captured_at\":\"%s\",\"samples\":[{\"name\":\"system.cpu.utilization\",\"value\":%s}]}]}"
                .formatted(id, Instant.now(), value);
    }

    private static byte[] padded(int length) {
        var body = "[{\"type\":\"heartbeat\"}]";
        return (body + " ".repeat(length - body.length())).getBytes(UTF_8);
    }

    private static byte[] gzip(byte[] body) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(body);
        }
        return bytes.toByteArray();
    }
}
