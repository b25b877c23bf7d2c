package io.wardroom.audit.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.audit.OnRealServers;
import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;

class DeadLetterTest extends OnRealServers {
    private final HttpClient http = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @Autowired
    private KafkaAdmin admin;

    @Autowired
    private ProducerFactory<?, ?> producers;

    @Autowired
    private ConsumerFactory<?, ?> consumers;

    @Autowired
    private DeadLetters letters;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    private KafkaProducer<byte[], byte[]> producer;

    @BeforeEach
    void openProducer() {
        producer = new KafkaProducer<>(
                new HashMap<>(producers.getConfigurationProperties()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @AfterEach
    void closeProducer() {
        producer.close();
    }

    @Test
    void whatFailsIsListedAndSentBackOnceAndMayFailAgain() throws Exception {
        var key = "poison-" + tenant;
        var record = new ProducerRecord<>(Topics.AUDIT_ACTIONS, key, "no json".getBytes(StandardCharsets.UTF_8));
        var event = UuidV7.next();
        new EventHeaders(
                        event,
                        "/wardroom/tests",
                        "io.wardroom.action.recorded.v1",
                        key,
                        new TenantId(tenant),
                        Instant.now(),
                        EventHeaders.JSON,
                        null)
                .writeTo(record.headers());
        var sent = kafka.send(record).get(10, TimeUnit.SECONDS).getRecordMetadata();
        var administrator = administrator();

        // the log and the webhooks read the topic, each for itself
        await("both dead letters").atMost(PATIENCE).until(() -> total(list(administrator, "key", key)) == 2);
        var buried = list(administrator, "key", key).get("items");
        var groups = buried.findValuesAsString("consumer_group");
        assertThat(groups).filteredOn(group -> group.endsWith("-webhooks")).hasSize(1);
        var letter = buried.get(groups.getFirst().endsWith("-webhooks") ? 1 : 0);
        assertThat(letter.get("topic").asString()).isEqualTo(Topics.AUDIT_ACTIONS);
        assertThat(letter.get("partition").asInt()).isEqualTo(sent.partition());
        assertThat(letter.get("offset").asLong()).isEqualTo(sent.offset());
        assertThat(letter.get("tenant_id").asString()).isEqualTo(tenant.toString());
        assertThat(letter.get("event_id").asString()).isEqualTo(event.toString());
        assertThat(letter.get("event_type").asString()).isEqualTo("io.wardroom.action.recorded.v1");
        assertThat(letter.get("consumer_group").asString()).startsWith("audit-service-");
        assertThat(letter.get("exception_class").asString()).contains("Exception");
        assertThat(letter.get("headers").propertyNames())
                .contains("ce_id", "ce_type", "content-type")
                .noneMatch(name -> name.startsWith("kafka_dlt-"));
        assertThat(letter.get("value_bytes").asInt()).isEqualTo("no json".length());
        assertThat(letter.toString()).doesNotContain("no json");
        assertThat(letter.get("state").asString()).isEqualTo("waiting");

        var id = letter.get("id").asString();
        var replayed = replay(administrator, id);
        assertThat(replayed.statusCode()).as(replayed.body()).isEqualTo(202);
        assertThat(json.readTree(replayed.body()).get("replayed_at").isNull()).isFalse();
        var again = replay(administrator, id);
        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(json.readTree(again.body()).get("code").asString()).isEqualTo("CONFLICT");

        // it is no better for it
        await("the next ones").atMost(PATIENCE).until(() -> total(list(administrator, "key", key)) == 4);
        var all = list(administrator, "key", key).get("items");
        for (var next : List.of(all.get(0), all.get(1))) {
            assertThat(next.get("replay_of").asString()).isEqualTo(id);
            assertThat(next.get("event_id").asString()).isEqualTo(event.toString());
        }
        assertThat(List.of(all.get(2), all.get(3)))
                .extracting(old -> old.get("state").asString())
                .containsExactlyInAnyOrder("waiting", "replayed");

        var own = token("owner");
        await("both on record").atMost(PATIENCE).untilAsserted(() -> assertThat(
                        get("?action=replay_dead_letter&entity_id=" + id, own)
                                .get("items")
                                .findValuesAsString("outcome"))
                .containsExactlyInAnyOrder("success", "refused"));
    }

    @Test
    void aRecordGoesBackAsItWas() throws Exception {
        var topic = aTopic();
        var hostile = new byte[] {0, (byte) 0xFF, 'a', (byte) 0xC3};
        var header = "x-\u0000-'; drop table dead_letter; --<b>";
        bury(topic, hostile, new byte[] {1, 0, 2}, Map.of(header, hostile, "ce_id", hostile));
        bury(topic, null, null, Map.of());
        var administrator = administrator();
        await("both").atMost(PATIENCE).until(() -> total(list(administrator, "topic", topic)) == 2);

        for (var letter : list(administrator, "topic", topic).get("items")) {
            assertThat(replay(administrator, letter.get("id").asString()).statusCode())
                    .isEqualTo(202);
        }

        var back = read(topic, 2);
        assertThat(back).hasSize(2);
        var whole =
                back.stream().filter(record -> record.key() != null).findFirst().orElseThrow();
        assertThat(whole.key()).isEqualTo(hostile);
        assertThat(whole.value()).containsExactly(1, 0, 2);
        assertThat(whole.headers().lastHeader(header).value()).isEqualTo(hostile);
        assertThat(whole.headers().lastHeader("kafka_dlt-exception-message")).isNull();
        var empty =
                back.stream().filter(record -> record.key() == null).findFirst().orElseThrow();
        assertThat(empty.value()).isNull();
    }

    @Test
    void ofManyWhoReplayOneDoes() throws Exception {
        var topic = aTopic();
        bury(topic, new byte[] {1}, new byte[] {1}, Map.of());
        var administrator = administrator();
        await("it").atMost(PATIENCE).until(() -> total(list(administrator, "topic", topic)) == 1);
        var id = list(administrator, "topic", topic)
                .get("items")
                .get(0)
                .get("id")
                .asString();

        var statuses = new ArrayList<Integer>();
        try (var many = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Integer> once = () -> replay(administrator, id).statusCode();
            for (var answer : many.invokeAll(Collections.nCopies(8, once))) {
                statuses.add(answer.get());
            }
        }

        assertThat(statuses).containsOnlyOnce(202).containsOnly(202, 409);
        assertThat(read(topic, 1)).hasSize(1);
        await("its state").atMost(PATIENCE).until(() -> list(administrator, "topic", topic)
                .get("items")
                .get(0)
                .get("state")
                .asString()
                .equals("replayed"));
    }

    @Test
    void theOldestMakeRoomAndTheOldAreForgotten() throws Exception {
        var topic = aTopic();
        for (var i = 0; i < 60; i++) {
            bury(topic, Integer.toString(i).getBytes(StandardCharsets.UTF_8), null, Map.of());
        }
        var administrator = administrator();

        await("the newest").atMost(PATIENCE).until(() -> total(list(administrator, "topic", topic, "key", "59")) == 1);
        var page = list(administrator, "topic", topic, "limit", "20");
        assertThat(total(page)).isEqualTo(50);
        assertThat(page.get("items").findValuesAsString("key").getFirst()).isEqualTo("59");
        var next = list(
                administrator,
                "topic",
                topic,
                "limit",
                "20",
                "cursor",
                page.get("next_cursor").asString());
        assertThat(next.get("items").findValuesAsString("key").getFirst()).isEqualTo("39");
        assertThat(total(list(administrator, "topic", topic, "key", "9"))).isZero();

        TenantScope.everyTenant(() -> transaction.executeWithoutResult(
                _ -> jdbc.sql("update dead_letter set dead_at = now() - interval '31 days' where topic = :topic")
                        .param("topic", topic)
                        .update()));
        letters.forgetOld();
        assertThat(total(list(administrator, "topic", topic))).isZero();
    }

    @Test
    void onlyPlatformAdministratorsSeeThem() throws Exception {
        assertThat(call("GET", "", token("owner")).statusCode()).isEqualTo(403);
        assertThat(replay(token("admin"), UuidV7.next().toString()).statusCode())
                .isEqualTo(403);
        assertThat(call("GET", "", null).statusCode()).isEqualTo(401);
        assertThat(call("GET", "", administrator()).statusCode()).isEqualTo(200);
    }

    @Test
    void anUnknownOneIsNotFoundAndThatIsOnRecord() throws Exception {
        var id = UuidV7.next().toString();

        assertThat(replay(administrator(), id).statusCode()).isEqualTo(404);

        var own = token("owner");
        await("the refusal").atMost(PATIENCE).untilAsserted(() -> assertThat(
                        get("?action=replay_dead_letter&outcome=refused&entity_id=" + id, own)
                                .get("items")
                                .findValuesAsString("reason"))
                .containsExactly("NOT_FOUND"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?limit=201",
                "?limit=0",
                "?offset=-1",
                "?state=gone",
                "?tenant_id=me",
                "?cursor=1",
                "?topic=%00",
                "/nothing/replay"
            })
    void aMalformedRequestIsNamed(String query) throws Exception {
        var response = call(query.startsWith("/") ? "POST" : "GET", query, administrator());

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(json.readTree(response.body()).get("code").asString()).isEqualTo("VALIDATION_ERROR");
    }

    private String administrator() {
        return token("viewer", "platform_admin");
    }

    /// A topic with its dead letters, of this test alone.
    private String aTopic() {
        var topic = "tests." + UUID.randomUUID();
        admin.createOrModifyTopics(
                new NewTopic(topic, 1, (short) 1), new NewTopic(topic + Topics.DEAD_LETTER_SUFFIX, 1, (short) 1));
        return topic;
    }

    private void bury(String topic, byte[] key, byte[] value, Map<String, byte[]> headers) throws Exception {
        var record = new ProducerRecord<>(topic + Topics.DEAD_LETTER_SUFFIX, key, value);
        headers.forEach(record.headers()::add);
        record.headers().add("kafka_dlt-exception-message", "what it was".getBytes(StandardCharsets.UTF_8));
        producer.send(record).get(10, TimeUnit.SECONDS);
    }

    /// What a topic holds, once it is that much and no more comes.
    private List<ConsumerRecord<byte[], byte[]>> read(String topic, int expected) {
        var settings = new HashMap<>(consumers.getConfigurationProperties());
        settings.remove("group.id");
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            var partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            var found = new ArrayList<ConsumerRecord<byte[], byte[]>>();
            await("records on " + topic).atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(found::add);
                return found.size() >= expected;
            });
            consumer.poll(Duration.ofMillis(500)).forEach(found::add);
            return found;
        }
    }

    private JsonNode list(String token, String... filter) throws Exception {
        var query = new StringBuilder("?");
        for (var i = 0; i < filter.length; i += 2) {
            query.append(filter[i])
                    .append('=')
                    .append(URLEncoder.encode(filter[i + 1], StandardCharsets.UTF_8))
                    .append('&');
        }
        var response = call("GET", query.substring(0, query.length() - 1), token);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json.readTree(response.body());
    }

    private HttpResponse<String> replay(String token, String id) throws Exception {
        return call("POST", "/" + id + "/replay", token);
    }

    private HttpResponse<String> call(String method, String query, String token) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/dead-letters" + query))
                .timeout(PATIENCE)
                .method(method, BodyPublishers.noBody());
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }
}
