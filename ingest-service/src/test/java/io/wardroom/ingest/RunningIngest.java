package io.wardroom.ingest;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.event.Topics;
import io.wardroom.common.identity.AgentIdentity;
import io.wardroom.common.identity.IdentityTable;
import io.wardroom.common.telemetry.proto.MetricsBatch;
import io.wardroom.local.Stack;
import io.wardroom.local.TestStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The service as it runs, in front of the real Kafka, and what a test asks of both.
public final class RunningIngest implements AutoCloseable {
    public static final JsonMapper JSON = new JsonMapper();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final ConfigurableApplicationContext context;
    private final int port;

    private RunningIngest(ConfigurableApplicationContext context) {
        this.context = context;
        var server = ((WebServerApplicationContext) context).getWebServer();
        this.port = server == null ? -1 : server.getPort();
    }

    public record Answer(int status, JsonNode body, HttpResponse<byte[]> response) {}

    public static Stack stack() {
        return TestStack.shared();
    }

    public static RunningIngest start(String... settings) {
        declareIdentities();
        var arguments = new ArrayList<String>();
        stack().environmentOf("ingest-service").forEach((name, value) -> {
            if (name.startsWith("WARDROOM_")) {
                arguments.add("--" + name + "=" + value);
            }
        });
        arguments.addAll(List.of(
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--management.server.port=",
                "--spring.main.register-shutdown-hook=false"));
        arguments.addAll(Arrays.asList(settings));
        var running = new RunningIngest(
                new SpringApplicationBuilder(IngestApplication.class).run(arguments.toArray(String[]::new)));
        await("the identities are read")
                .atMost(Duration.ofSeconds(20))
                .until(() -> running.context.getBean(IdentityTable.class).isComplete());
        return running;
    }

    /// The topic is agent-service's, which does not run here.
    private static void declareIdentities() {
        try (var admin = Admin.create(Map.of("bootstrap.servers", stack().kafka()))) {
            admin.createTopics(List.of(new NewTopic(Topics.AGENTS_IDENTITY, 1, (short) 1)
                            .configs(Map.of("cleanup.policy", "compact"))))
                    .all()
                    .get();
        } catch (ExecutionException known) {
            if (!(known.getCause() instanceof TopicExistsException)) {
                throw new IllegalStateException(known);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stop);
        }
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public int port() {
        return port;
    }

    /// Publishes an agent's identity, or its removal, and waits until the service knows.
    public void publish(TestAgent agent, AgentIdentity identity) {
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", stack().kafka()), new StringSerializer(), new ByteArraySerializer())) {
            var record = new ProducerRecord<>(
                    Topics.AGENTS_IDENTITY,
                    agent.id().toString(),
                    identity == null ? null : bean(JsonMapper.class).writeValueAsBytes(identity));
            producer.send(record).get();
        } catch (ExecutionException failed) {
            throw new IllegalStateException(failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stop);
        }
        await("the service follows the identities")
                .atMost(Duration.ofSeconds(10))
                .until(() -> (heartbeat(agent, agent.id()).status() != 401) == (identity != null));
    }

    public TestAgent enrol(TestAgent agent) {
        publish(agent, agent.identity(1));
        return agent;
    }

    public Answer heartbeat(TestAgent agent, UUID id) {
        return send(request("/api/v1/agents/" + id + "/heartbeat")
                .header("Authorization", "Bearer " + agent.token())
                .POST(HttpRequest.BodyPublishers.ofString("{}")));
    }

    /// Signed as the agent would.
    public Answer ingest(TestAgent agent, String body) {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        return ingest(agent, bytes, "X-Monsys-Signature", agent.sign(bytes));
    }

    public Answer ingest(TestAgent agent, byte[] body, String... headers) {
        return send(ingestRequest(agent, body, headers));
    }

    public HttpRequest.Builder ingestRequest(TestAgent agent, byte[] body, String... headers) {
        var request = request("/api/v1/ingest")
                .header("Authorization", "Bearer " + agent.token())
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (!Arrays.asList(headers).contains("Content-Type")) {
            request.header("Content-Type", "application/json");
        }
        return headers.length == 0 ? request : request.headers(headers);
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(40));
    }

    public Answer send(HttpRequest.Builder request) {
        try {
            var response = http.send(request.build(), BodyHandlers.ofByteArray());
            return new Answer(
                    response.statusCode(),
                    response.body().length == 0 ? JSON.nullNode() : JSON.readTree(response.body()),
                    response);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stop);
        }
    }

    /// Everything of one agent on a topic, up to its present end.
    public static List<ConsumerRecord<String, byte[]>> records(String topic, TestAgent agent) {
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", stack().kafka()), new StringDeserializer(), new ByteArrayDeserializer())) {
            var partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            var found = new ArrayList<ConsumerRecord<String, byte[]>>();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    if (agent.id().toString().equals(record.key()) || topic.equals(Topics.TELEMETRY_LAYOUTS)) {
                        found.add(record);
                    }
                }
            }
            return found;
        }
    }

    public static List<MetricsBatch> metrics(TestAgent agent) {
        return records(Topics.TELEMETRY_METRICS, agent).stream()
                .map(record -> {
                    try {
                        EventHeaders.read(record.headers());
                        return MetricsBatch.parseFrom(record.value());
                    } catch (InvalidProtocolBufferException broken) {
                        throw new IllegalStateException(broken);
                    }
                })
                .toList();
    }

    public static List<JsonNode> json(String topic, TestAgent agent) {
        return records(topic, agent).stream()
                .map(record -> JSON.readTree(record.value()))
                .toList();
    }

    public static UUID idOf(MetricsBatch batch) {
        var longs = ByteBuffer.wrap(batch.getBatchId().toByteArray());
        return new UUID(longs.getLong(), longs.getLong());
    }

    @Override
    public void close() {
        context.close();
        http.close();
    }
}
