package io.wardroom.audit.eventexport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.wardroom.audit.OnRealServers;
import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.kafka.core.ConsumerFactory;

/// Copies of a tenant's events, on the real broker.
class EventExportTest extends OnRealServers {
    private static final String ON = "{\"enabled\": true}";
    private static final String OFF = "{\"enabled\": false}";
    private static final String TYPE = "io.wardroom.test.done.v1";

    private final HttpClient http = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @Autowired
    private EventExportWorker worker;

    @Autowired
    private EventExports exports;

    @Autowired
    private EventCopier copier;

    @Autowired
    private TenantTopics topics;

    @Autowired
    private EventExportProperties properties;

    @Autowired
    private ConsumerFactory<String, byte[]> consumers;

    @Autowired
    private KafkaProperties kafkaProperties;

    @Autowired
    private MeterRegistry meters;

    @AfterEach
    void switchOff() throws Exception {
        call("PUT", OFF, token("owner"));
    }

    @Test
    void exactlyTheTenantsEventsAreCopiedAsTheyAre() throws Exception {
        var token = token("admin");
        var before = json.readTree(call("GET", null, token).body());
        assertThat(before.get("enabled").asBoolean()).isFalse();
        assertThat(before.get("since").isNull()).isTrue();

        var answer = call("PUT", ON, token);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var view = json.readTree(answer.body());
        assertThat(view.get("enabled").asBoolean()).isTrue();
        assertThat(view.get("topics").valueStream().map(node -> node.asString()))
                .contains(own())
                .doesNotContain("tenant.%s.agents.identity.v1".formatted(tenant));

        var original = anEvent(tenant, "mine");
        var stranger = anEvent(UuidV7.next(), "a stranger's");
        kafka.send(Topics.AUDIT_ACTIONS, "no event at all".getBytes()).get(10, TimeUnit.SECONDS);
        send(stranger);
        send(original);
        var last = anEvent(tenant, "last");
        send(last);

        var copies = copiesUntil(idOf(last));
        assertThat(copies)
                .allSatisfy(copy -> assertThat(header(copy, "ce_tenantid")).isEqualTo(tenant.toString()));
        assertThat(copies).extracting(copy -> header(copy, "ce_id")).doesNotContain(idOf(stranger));
        var copy = copies.stream()
                .filter(each -> header(each, "ce_id").equals(idOf(original)))
                .findFirst()
                .orElseThrow();
        assertThat(copy.key()).isEqualTo(original.key());
        assertThat(copy.value()).isEqualTo(original.value());
        assertThat(copy.timestamp()).isEqualTo(original.timestamp());
        assertThat(copy.headers().toArray()).containsExactly(original.headers().toArray());
        assertThat(meters.get("wardroom.event.export.copied").counters().stream()
                        .mapToDouble(counter -> counter.count())
                        .sum())
                .isPositive();
    }

    @Test
    void whatWasPublishedLongBeforeTheSwitchIsNotCopiedAndNothingIsBehindTheOther() throws Exception {
        var old = anEvent(tenant, "old", Instant.now().minus(2, ChronoUnit.HOURS));
        send(old);
        call("PUT", ON, token("owner"));
        var during = anEvent(tenant, "during");
        send(during);
        assertThat(copiesUntil(idOf(during)))
                .extracting(copy -> header(copy, "ce_id"))
                .doesNotContain(idOf(old));

        call("PUT", OFF, token("owner"));
        var after = anEvent(tenant, "after", Instant.now());
        send(after);
        // a witness: another tenant's export, in the same partitions, has gone past it
        var witness = new Witness();
        witness.awaitCopyBehind();

        assertThat(all(own())).extracting(copy -> header(copy, "ce_id")).doesNotContain(idOf(after));
    }

    /// Another tenant that has the export on.
    private final class Witness {
        private final UUID other = UuidV7.next();
        private final String token = STACK.accessToken(STACK.newUser(other, "owner"));

        void awaitCopyBehind() throws Exception {
            call("PUT", ON, token);
            // of the same key, hence of the same partition
            var event = anEvent(other, "witness");
            send(event);
            await("the witness")
                    .atMost(PATIENCE)
                    .until(() -> all("tenant.%s.%s".formatted(other, Topics.AUDIT_ACTIONS)).stream()
                            .anyMatch(copy -> header(copy, "ce_id").equals(idOf(event))));
            call("PUT", OFF, token);
        }
    }

    @Test
    void aRestartLosesNothing() throws Exception {
        call("PUT", ON, token("owner"));
        send(anEvent(tenant, "first"));
        var sent = new ArrayList<String>();
        for (var round = 0; round < 3; round++) {
            for (var i : IntStream.range(0, 20).toArray()) {
                var event = anEvent(tenant, "event %d of round %d".formatted(i, round));
                send(event);
                sent.add(idOf(event));
            }
            worker.stop();
            var meanwhile = anEvent(tenant, "while it rests");
            send(meanwhile);
            sent.add(idOf(meanwhile));
            worker.start();
        }

        var copies = copiesUntil(sent.getLast());
        assertThat(copies).extracting(copy -> header(copy, "ce_id")).containsAll(sent);
        assertThat(copies.stream()
                        .map(copy -> header(copy, "ce_id"))
                        .filter(sent::contains)
                        .distinct())
                .as("in order")
                .containsExactlyElementsOf(sent);
        await("no lag").atMost(PATIENCE).until(() -> {
            worker.measure();
            return meters.get("wardroom.event.export.lag").gauge().value() == 0;
        });
    }

    @Test
    void twoReplicasShareTheWorkAndOneTakesOver() throws Exception {
        call("PUT", ON, token("owner"));
        var second = new EventExportWorker(
                exports, copier, topics, properties, consumers, kafkaProperties, new SimpleMeterRegistry());
        second.start();
        var sent = new ArrayList<String>();
        try {
            second.look();
            for (var i = 0; i < 60; i++) {
                if (i == 20) {
                    worker.stop();
                } else if (i == 40) {
                    worker.start();
                    worker.look();
                    second.stop();
                }
                var event = anEvent(tenant, "event " + i);
                send(event);
                sent.add(idOf(event));
            }
            await("all copies").atMost(Duration.ofSeconds(40)).until(() -> idsOf(all(own()))
                    .containsAll(sent));
        } finally {
            second.stop();
        }
    }

    @Test
    void aTopicThatSomebodyDeletedIsMadeAgain() throws Exception {
        call("PUT", ON, token("owner"));
        var first = anEvent(tenant, "first");
        send(first);
        copiesUntil(idOf(first));
        try (var admin = Admin.create(Map.<String, Object>of("bootstrap.servers", STACK.kafka()))) {
            admin.deleteTopics(List.of(own())).all().get(20, TimeUnit.SECONDS);
        }

        var second = anEvent(tenant, "second");
        send(second);

        await("the copy in the new topic").atMost(Duration.ofSeconds(60)).until(() -> all(own()).stream()
                .anyMatch(copy -> header(copy, "ce_id").equals(idOf(second))));
    }

    @Test
    void theTenantsIntegratorReadsTheCopyAndAStrangersDoesNot() throws Exception {
        call("PUT", ON, token("owner"));
        var event = anEvent(tenant, "for outside");
        send(event);
        var mine = STACK.newIntegrator(tenant);
        var strangers = STACK.newIntegrator(UuidV7.next());

        try (var consumer = integratorsConsumer(mine)) {
            consumer.subscribe(List.of(own()));
            await("the event").atMost(PATIENCE).until(() -> poll(consumer).stream()
                    .anyMatch(copy -> header(copy, "ce_id").equals(idOf(event))));
        }
        try (var consumer = integratorsConsumer(strangers)) {
            consumer.subscribe(List.of(own()));
            assertThatThrownBy(() -> poll(consumer)).isInstanceOf(TopicAuthorizationException.class);
        }
    }

    @Test
    void onlyAdministratorsSwitchAndEachSwitchIsOnRecord() throws Exception {
        for (var role : List.of("viewer", "blue_tech", "red_lead")) {
            assertThat(call("GET", null, token(role)).statusCode()).isEqualTo(403);
            assertThat(call("PUT", ON, token(role)).statusCode()).isEqualTo(403);
        }
        assertThat(call("PUT", ON, null).statusCode()).isEqualTo(401);
        var owner = token("owner");
        for (var wrong : List.of(
                "{}",
                "{\"enabled\": null}",
                "{\"enabled\": \"maybe\"}",
                "{\"enabled\": true, \"topics\": []}",
                "[]",
                "{")) {
            var answer = call("PUT", wrong, owner);
            assertThat(answer.statusCode()).as(wrong).isEqualTo(400);
            assertThat(json.readTree(answer.body()).get("code").asString()).isEqualTo("VALIDATION_ERROR");
        }
        var first = json.readTree(call("PUT", ON, owner).body()).get("since");
        assertThat(json.readTree(call("PUT", ON, owner).body()).get("since")).isEqualTo(first);

        await("the rows").atMost(PATIENCE).until(() -> total(get("?action=set_event_export", owner)) >= 2);
        var rows = get("?action=set_event_export&outcome=success", owner).get("items");
        assertThat(rows.get(0).get("details").get("enabled").asBoolean()).isTrue();
        assertThat(rows.get(0).get("entity_id").asString()).isEqualTo(tenant.toString());
    }

    private String own() {
        return "tenant.%s.%s".formatted(tenant, Topics.AUDIT_ACTIONS);
    }

    private ProducerRecord<String, byte[]> anEvent(UUID tenant, String text) {
        return anEvent(tenant, text, Instant.now());
    }

    private ProducerRecord<String, byte[]> anEvent(UUID tenant, String text, Instant at) {
        var record = new ProducerRecord<>(
                Topics.AUDIT_ACTIONS,
                0,
                at.toEpochMilli(),
                "key \uD83D\uDE80",
                json.writeValueAsBytes(aDeed(text, "success")));
        new EventHeaders(
                        UuidV7.next(),
                        "/wardroom/test",
                        TYPE,
                        "subject",
                        new TenantId(tenant),
                        at,
                        EventHeaders.JSON,
                        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .writeTo(record.headers());
        return record;
    }

    private void send(ProducerRecord<String, byte[]> event) throws Exception {
        kafka.send(event).get(10, TimeUnit.SECONDS);
    }

    private static String idOf(ProducerRecord<?, ?> event) {
        return new String(event.headers().lastHeader("ce_id").value(), StandardCharsets.UTF_8);
    }

    private static List<String> idsOf(List<ConsumerRecord<String, byte[]>> copies) {
        return copies.stream().map(copy -> header(copy, "ce_id")).toList();
    }

    private static String header(ConsumerRecord<?, ?> event, String name) {
        return new String(event.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private List<ConsumerRecord<String, byte[]>> copiesUntil(String id) {
        var found = new ArrayList<ConsumerRecord<String, byte[]>>();
        await("the copy of " + id).atMost(Duration.ofSeconds(30)).until(() -> {
            found.clear();
            found.addAll(all(own()));
            return found.stream().anyMatch(copy -> header(copy, "ce_id").equals(id));
        });
        return found;
    }

    /// All that lies in a topic now.
    private static List<ConsumerRecord<String, byte[]>> all(String topic) {
        var found = new ArrayList<ConsumerRecord<String, byte[]>>();
        var settings = Map.<String, Object>of("bootstrap.servers", STACK.kafka(), "auto.offset.reset", "earliest");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            var partition = new TopicPartition(topic, 0);
            if (!consumer.listTopics().containsKey(topic)) {
                return found;
            }
            consumer.assign(List.of(partition));
            var end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(500)).forEach(found::add);
            }
        }
        return found;
    }

    private static List<ConsumerRecord<String, byte[]>> poll(Consumer<String, byte[]> consumer) {
        var found = new ArrayList<ConsumerRecord<String, byte[]>>();
        for (var i = 0; i < 10 && found.isEmpty(); i++) {
            consumer.poll(Duration.ofSeconds(1)).forEach(found::add);
        }
        return found;
    }

    private static KafkaConsumer<String, byte[]> integratorsConsumer(io.wardroom.local.Stack.Integrator integrator) {
        var settings = new HashMap<String, Object>();
        settings.put("bootstrap.servers", STACK.kafkaOfIntegrators());
        settings.put("security.protocol", "SASL_PLAINTEXT");
        settings.put("sasl.mechanism", "SCRAM-SHA-512");
        settings.put(
                "sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
                        .formatted(integrator.account(), integrator.password()));
        settings.put("group.id", integrator.account() + ".test");
        settings.put("auto.offset.reset", "earliest");
        return new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
    }

    private HttpResponse<String> call(String method, String body, String token) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/event-export"))
                .timeout(PATIENCE)
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body))
                .header("Content-Type", "application/json");
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }
}
