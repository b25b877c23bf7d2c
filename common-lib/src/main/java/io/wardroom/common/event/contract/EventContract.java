package io.wardroom.common.event.contract;

import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// The contract of all events, as it lies in `events/`: `topics.json`, and for each type a folder of its name with
/// `schema.json` and `sample-1.json`, `sample-2.json`, ...: one for each version of the form that was ever published.
/// A writer's test holds its records against it, a reader's test reads every sample: a form may only grow.
public final class EventContract {
    private static final String FOLDER = "/events/";
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final List<Topic> topics;

    private EventContract(List<Topic> topics) {
        this.topics = List.copyOf(topics);
    }

    /// @param service     who writes it; `every service` for the deeds
    /// @param key         what the records' key is
    /// @param compacted   whether only the newest record of each key is kept for good
    public record Topic(
            String name, String service, String description, String key, boolean compacted, List<Event> events) {}

    /// @param summary     when it is published, in one sentence
    /// @param contentType `application/json` or `application/x-protobuf`
    /// @param schema      JSON Schema 2020-12; null where it is Protobuf
    /// @param samples     the value of a record, one for each version, oldest first
    public record Event(
            String type,
            String summary,
            String contentType,
            @Nullable JsonNode schema,
            List<byte[]> samples) {
        /// Every sample as the record a reader is handed.
        ///
        /// @param topic where it is read
        /// @param key   its key and subject, an agent's id say
        public List<ConsumerRecord<String, byte[]>> records(String topic, String key, TenantId tenant) {
            return samples.stream()
                    .map(sample -> {
                        var record = new ConsumerRecord<>(topic, 0, 0, key, sample);
                        new EventHeaders(
                                        UuidV7.next(),
                                        "/wardroom/samples",
                                        type,
                                        key,
                                        tenant,
                                        Instant.EPOCH,
                                        contentType,
                                        null)
                                .writeTo(record.headers());
                        return record;
                    })
                    .toList();
        }

        /// Holds a writer's record against what is promised: its form is the schema's, and what is read of the newest
        /// sample is written just so.
        ///
        /// @throws IllegalStateException if it is another; the message shows what the record would promise
        public void hold(Class<?> record) {
            var written = RecordSchema.of(record);
            if (schema == null || !RecordSchema.bare(schema).equals(written)) {
                throw new IllegalStateException("%s is not what the schema of %s says; it would be%n%s"
                        .formatted(
                                record.getName(),
                                type,
                                JSON.writerWithDefaultPrettyPrinter().writeValueAsString(written)));
            }
            for (var sample : samples) {
                JSON.readValue(sample, record);
            }
            var newest = JSON.readTree(samples.getLast());
            var again = JSON.readTree(JSON.writeValueAsBytes(JSON.treeToValue(newest, record)));
            if (!newest.equals(again)) {
                throw new IllegalStateException(
                        "the newest sample of %s is written as %s, not %s".formatted(type, again, newest));
            }
        }
    }

    /// Reads the contract.
    ///
    /// @throws IllegalStateException if it is incomplete
    public static EventContract load() {
        var topics = new ArrayList<Topic>();
        for (var told : JSON.readTree(require("topics.json"))) {
            var events = new ArrayList<Event>();
            told.get("events").forEachEntry((type, summary) -> events.add(event(type, summary.asString())));
            topics.add(new Topic(
                    told.get("name").asString(),
                    told.get("service").asString(),
                    told.get("description").asString(),
                    told.get("key").asString(),
                    told.path("compacted").asBoolean(false),
                    List.copyOf(events)));
        }
        return new EventContract(topics);
    }

    public List<Topic> topics() {
        return topics;
    }

    /// @throws IllegalArgumentException if no such event is published
    public Event event(String type) {
        return topics.stream()
                .flatMap(topic -> topic.events().stream())
                .filter(event -> event.type().equals(type))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("nothing is promised of " + type));
    }

    private static Event event(String type, String summary) {
        var schema = find(type + "/schema.json");
        var ending = schema == null ? ".pb" : ".json";
        var samples = new ArrayList<byte[]>();
        for (var sample = find(type + "/sample-1" + ending);
                sample != null;
                sample = find("%s/sample-%d%s".formatted(type, samples.size() + 1, ending))) {
            samples.add(sample);
        }
        if (samples.isEmpty()) {
            throw new IllegalStateException("no sample of " + type);
        }
        return new Event(
                type,
                summary,
                schema == null ? EventHeaders.PROTOBUF : EventHeaders.JSON,
                schema == null ? null : JSON.readTree(schema),
                List.copyOf(samples));
    }

    private static byte[] require(String name) {
        var found = find(name);
        if (found == null) {
            throw new IllegalStateException("the contract of events lacks " + name);
        }
        return found;
    }

    private static byte @Nullable [] find(String name) {
        try (InputStream file = EventContract.class.getResourceAsStream(FOLDER + name)) {
            return file == null ? null : file.readAllBytes();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /// The form of Protobuf events, in the language of their definition.
    public static String protobuf() {
        try (var file = EventContract.class.getResourceAsStream("/telemetry.proto")) {
            if (file == null) {
                throw new IllegalStateException("telemetry.proto is missing from common-lib");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
