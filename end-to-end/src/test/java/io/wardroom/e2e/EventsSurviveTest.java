package io.wardroom.e2e;

import static io.wardroom.e2e.TheSuite.STACK;
import static io.wardroom.e2e.TheSuite.SUITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;

/// An event exists if and only if its change does, wherever between the two a service is killed.
class EventsSurviveTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int WRITERS = 2;
    private static final int KILLS = 2;
    private static final int BETWEEN_KILLS = 60;

    private final UUID tenant = UUID.randomUUID();
    private final Person owner = Person.of(tenant, "owner");
    private final AtomicInteger clients = new AtomicInteger();

    @Test
    void everyChangeHasItsEventAndEveryEventItsChange() throws Exception {
        Set<String> answered = ConcurrentHashMap.newKeySet();
        var enough = new AtomicBoolean();
        try (var writers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < WRITERS; i++) {
                writers.submit(() -> {
                    while (!enough.get()) {
                        create().ifPresent(answered::add);
                    }
                });
            }
            try {
                for (var kill = 0; kill < KILLS; kill++) {
                    var wanted = answered.size() + BETWEEN_KILLS;
                    await("more changes").atMost(PATIENCE).until(() -> answered.size() >= wanted);
                    SUITE.kill("agent-service");
                    SUITE.start("agent-service");
                }
            } finally {
                enough.set(true);
            }
        }

        var existing = new HashSet<>(ids("/api/v1/enrolment-tokens?limit=100", "id"));
        assertThat(existing).containsAll(answered);
        await("a row of each").atMost(PATIENCE).untilAsserted(() -> assertThat(
                        ids("/api/v1/audit-logs?action=create_enrolment_token&limit=100", "entity_id"))
                .containsExactlyInAnyOrderElementsOf(existing));
        // what came twice is the same event twice
        assertThat(eventsByEntity().values())
                .allSatisfy(events -> assertThat(events).hasSize(1));
    }

    /// The id of a new token; none where the service was away.
    private Optional<String> create() {
        var client = clients.incrementAndGet();
        try {
            var answer = Http.send(
                    "POST",
                    SUITE.gateway().resolve("/api/v1/enrolment-tokens"),
                    Map.of(
                            "Authorization",
                            "Bearer " + owner.token(),
                            "Content-Type",
                            "application/json",
                            "X-Forwarded-For",
                            "10.7.%d.%d".formatted(client / 250 % 250, client % 250 + 1)),
                    "{\"label\":\"killed\",\"ttl_minutes\":30}".getBytes(StandardCharsets.UTF_8));
            return answer.status() == 201 ? Optional.of(answer.field("id")) : Optional.empty();
        } catch (UncheckedIOException unanswered) {
            return Optional.empty();
        }
    }

    private List<String> ids(String list, String field) {
        var found = new ArrayList<String>();
        for (int offset = 0, total = 1; offset < total; offset += 100) {
            var page = owner.get(list + "&offset=" + offset).expect(200).json();
            total = page.get("total").asInt();
            page.get("items").forEach(item -> found.add(item.get(field).asString()));
        }
        return found;
    }

    /// The ids of the events of each token, of everything that is on the topic.
    private Map<String, Set<String>> eventsByEntity() {
        var found = new HashMap<String, Set<String>>();
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", STACK.environmentOf("audit-service").get("WARDROOM_KAFKA")),
                new StringDeserializer(),
                new StringDeserializer())) {
            var partitions = consumer.partitionsFor("audit.actions.v1").stream()
                    .map(one -> new TopicPartition(one.topic(), one.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            await("the end of the topic").atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (tenant.toString().equals(record.key())) {
                        var deed = Answer.JSON.readTree(record.value());
                        if (deed.get("action").asString().equals("create_enrolment_token")) {
                            found.computeIfAbsent(deed.get("entity_id").asString(), _ -> new HashSet<>())
                                    .add(new String(
                                            record.headers().lastHeader("ce_id").value(), StandardCharsets.UTF_8));
                        }
                    }
                });
                return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
            });
        }
        assertThat(found).isNotEmpty();
        return found;
    }
}
