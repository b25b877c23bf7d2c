package io.wardroom.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.common.event.Topics;
import io.wardroom.gateway.limit.LimitOf;
import io.wardroom.local.Stack;
import io.wardroom.local.TestStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.test.context.ContextConfiguration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The whole gateway on the real servers, with one upstream that plays every service; one context for all classes.
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@ContextConfiguration(initializers = OnRealServers.Servers.class)
@Import(LimitOf.class)
public abstract class OnRealServers {
    protected static final Stack STACK = TestStack.shared();
    protected static final TestUpstream UPSTREAM = TestUpstream.start();
    protected static final MoodyServer MOODY = MoodyServer.start();
    protected static final JsonMapper JSON = JsonMapper.shared();
    private static final AtomicInteger ADDRESSES = new AtomicInteger();

    static {
        // most of what is waited for is there at the first look
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval(Duration.ofMillis(50));
    }

    protected final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    @LocalServerPort
    protected int port;

    @Autowired
    protected ConfigurableApplicationContext context;

    /// A client address that no other test has used, told through the trusted proxy on loopback.
    protected static String freshAddress() {
        var number = ADDRESSES.incrementAndGet();
        return "10.7.%d.%d".formatted(number / 250, number % 250 + 1);
    }

    protected HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path))
                .timeout(Duration.ofSeconds(30))
                .header("X-Forwarded-For", freshAddress());
    }

    protected URI uri(String path) {
        return URI.create("http://127.0.0.1:%d%s".formatted(port, path));
    }

    /// An answer in the error form.
    protected static void isError(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(json(answer).get("code").asString()).isEqualTo(code);
        assertThat(json(answer).get("detail").asString()).isNotBlank();
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.headers().firstValue("X-Request-Id")).isPresent();
    }

    protected HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    protected static JsonNode json(HttpResponse<String> answer) {
        return JSON.readTree(answer.body());
    }

    /// The entries of the audit log that fit, as soon as there are so many; one told twice counts once.
    protected static List<JsonNode> deeds(int count, Predicate<JsonNode> fitting) {
        return deeds(fitting, found -> found.size() >= count);
    }

    /// The entries of the audit log that fit, as soon as they are enough; one told twice counts once.
    protected static List<JsonNode> deeds(Predicate<JsonNode> fitting, Predicate<List<JsonNode>> enough) {
        var found = new LinkedHashMap<String, JsonNode>();
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", STACK.kafka()), new StringDeserializer(), new ByteArrayDeserializer())) {
            var partitions = consumer.partitionsFor(Topics.AUDIT_ACTIONS).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            await("enough deeds").atMost(Duration.ofSeconds(30)).until(() -> {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    var deed = JSON.readTree(record.value());
                    if (fitting.test(deed)) {
                        found.putIfAbsent(deed.get("id").asString(), deed);
                    }
                }
                return enough.test(List.copyOf(found.values()));
            });
        }
        return List.copyOf(found.values());
    }

    public static final class Servers implements ApplicationContextInitializer<ConfigurableApplicationContext> {
        @Override
        public void initialize(ConfigurableApplicationContext context) {
            Agents.createTopic(STACK);
            var settings = new HashMap<String, Object>(STACK.environmentOf("gateway"));
            for (var service : List.of("AGENT", "CONSOLE", "COMPLIANCE", "AUDIT", "INGEST")) {
                settings.put("WARDROOM_%s_URL".formatted(service), UPSTREAM.url());
            }
            // nobody listens there
            settings.put("WARDROOM_CLOUD_URL", "http://127.0.0.1:11");
            settings.put("WARDROOM_PURPLE_URL", MOODY.url());
            settings.put("WARDROOM_EVIDENCE_MAX_SIZE", "3MB");
            // its test waits for it to end three times
            settings.put("WARDROOM_GATEWAY_APIDOC_KEPT", "500ms");
            settings.putAll(Map.of(
                    "WARDROOM_GATEWAY_DOOR_TRUSTEDPROXIES",
                    "127.0.0.0/8",
                    "WARDROOM_GATEWAY_DOOR_BODYTIMEOUT",
                    "2s",
                    "WARDROOM_GATEWAY_DOOR_HEADTIMEOUT",
                    "2s",
                    "WARDROOM_GATEWAY_DOOR_WRITETIMEOUT",
                    "2s",
                    "WARDROOM_GATEWAY_INGEST_RESPONSETIMEOUT",
                    "3s",
                    "WARDROOM_GATEWAY_ROUTING_RESPONSETIMEOUT",
                    "3s",
                    // others' tests send their batches from one address
                    "WARDROOM_GATEWAY_LIMITS_INGEST_LIMIT",
                    "1000",
                    // other runs leave their records on the same broker
                    "SPRING_KAFKA_CONSUMER_GROUPID",
                    "gateway-" + System.nanoTime()));
            context.getEnvironment()
                    .getPropertySources()
                    .addFirst(new SystemEnvironmentPropertySource("servers-systemEnvironment", settings));
        }
    }
}
