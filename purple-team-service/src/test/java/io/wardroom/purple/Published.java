package io.wardroom.purple;

import static org.awaitility.Awaitility.await;

import io.wardroom.local.Stack;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the service published, as others read it.
public final class Published {
    private Published() {}

    public record Event(String type, String key, UUID tenant, JsonNode body) {}

    /// Waits until a topic holds all that is asked for of one tenant.
    public static List<Event> of(
            Stack stack, JsonMapper json, String topic, UUID tenant, Predicate<List<Event>> complete) {
        var found = new ArrayList<Event>();
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                stack.kafka(),
                "group.id",
                "reads-" + UUID.randomUUID(),
                "auto.offset.reset",
                "earliest");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topic));
            await("what was published on " + topic)
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> {
                        for (var entry : consumer.poll(Duration.ofMillis(200))) {
                            if (tenant.toString().equals(header(entry, "ce_tenantid"))) {
                                found.add(new Event(
                                        header(entry, "ce_type"), entry.key(), tenant, json.readTree(entry.value())));
                            }
                        }
                        return complete.test(found);
                    });
        }
        return found;
    }

    private static String header(ConsumerRecord<String, byte[]> entry, String name) {
        var header = entry.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
