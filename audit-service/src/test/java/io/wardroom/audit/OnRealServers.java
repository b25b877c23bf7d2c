package io.wardroom.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.common.audit.AuditAction;
import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.local.Stack;
import io.wardroom.local.TestStack;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.test.context.ContextConfiguration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The whole service on the real servers, with a database of its own; one context for all classes that extend this.
/// Each test has a tenant of its own.
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@ContextConfiguration(initializers = OnRealServers.Servers.class)
public abstract class OnRealServers {
    protected static final Stack STACK = TestStack.shared();
    protected static final Stack.Database DATABASE = STACK.newDatabase("audit-service");
    protected static final SyslogServer SYSLOG = SyslogServer.started();
    protected static final Duration PATIENCE = Duration.ofSeconds(20);

    /// All replicas that run here sign alike and read the topics together.
    private static final String SIGNING_KEY = Servers.aSigningKey();
    // other runs leave their records on the same broker
    private static final String GROUP = "audit-service-" + UuidV7.next();

    static final class Servers implements ApplicationContextInitializer<ConfigurableApplicationContext> {
        @Override
        public void initialize(ConfigurableApplicationContext context) {
            var settings = new HashMap<String, Object>(STACK.environmentOf("audit-service"));
            settings.putAll(DATABASE.environment());
            settings.put("WARDROOM_AUDIT_SIGNING_KEY", SIGNING_KEY);
            settings.put("wardroom.audit.proof.archive.bucket", STACK.s3Bucket());
            settings.put("wardroom.audit.proof.archive.endpoint", STACK.s3Endpoint());
            settings.put("wardroom.audit.proof.archive.access-key", STACK.s3AccessKey());
            settings.put("wardroom.audit.proof.archive.secret-key", STACK.s3SecretKey());
            settings.put("wardroom.audit.proof.archive.every", "1s");
            // the local store knows no object lock
            settings.put("wardroom.audit.proof.archive.retention", "0s");
            // where the tests' receivers listen
            settings.put("wardroom.audit.webhooks.wire.allow", "127.0.0.0/8");
            settings.put("wardroom.audit.webhooks.wire.answer-timeout", "1s");
            settings.put("wardroom.audit.webhooks.wire.whole-timeout", "2s");
            settings.put("wardroom.audit.webhooks.look-every", "100ms");
            settings.put("wardroom.audit.webhooks.sweep-every", "200ms");
            settings.put("wardroom.audit.dead-letters.find-every", "1s");
            settings.put("wardroom.audit.dead-letters.most", "50");
            settings.put("wardroom.audit.siem.syslog", SYSLOG.address());
            settings.put("management.server.port", "0");
            settings.put("spring.kafka.consumer.group-id", GROUP);
            context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("servers", settings));
        }

        private static String aSigningKey() {
            try {
                var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
                var encoded = pair.getPublic().getEncoded();
                var base64 = Base64.getEncoder();
                return base64.encodeToString(pair.getPrivate().getEncoded()) + ":"
                        + base64.encodeToString(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    private final HttpClient http = HttpClient.newHttpClient();
    protected final UUID tenant = UuidV7.next();

    @LocalServerPort
    private int port;

    @Autowired
    protected KafkaTemplate<String, byte[]> kafka;

    @Autowired
    protected JsonMapper json;

    protected AuditAction aDeed(String action, String outcome) {
        return aDeed(action, outcome, "ada", "17", Map.of("label", "rack 7"));
    }

    protected AuditAction aDeed(
            String action, String outcome, String username, String entityId, Map<String, Object> details) {
        return new AuditAction(
                UuidV7.next(),
                tenant,
                "user",
                UuidV7.next(),
                username,
                action,
                "agent",
                entityId,
                Instant.parse("2026-01-31T09:15:00Z"),
                outcome,
                null,
                "192.0.2.7",
                "curl",
                "r-1",
                details);
    }

    protected void publish(AuditAction deed) throws Exception {
        kafka.send(record(
                        Topics.AUDIT_ACTIONS,
                        AuditAction.TYPE,
                        UuidV7.next(),
                        deed.tenantId(),
                        json.writeValueAsBytes(deed)))
                .get(10, TimeUnit.SECONDS);
    }

    /// An event of this test's tenant, now.
    protected void publish(String topic, String type, UUID event, byte[] value) throws Exception {
        kafka.send(record(topic, type, event, tenant, value)).get(10, TimeUnit.SECONDS);
    }

    protected static ProducerRecord<String, byte[]> record(
            String topic, String type, UUID event, UUID tenant, byte[] value) {
        var record = new ProducerRecord<>(topic, tenant.toString(), value);
        new EventHeaders(
                        event,
                        "/wardroom/test",
                        type,
                        "17",
                        new TenantId(tenant),
                        Instant.now(),
                        EventHeaders.JSON,
                        null)
                .writeTo(record.headers());
        return record;
    }

    protected String token(String... roles) {
        return STACK.accessToken(STACK.newUser(tenant, roles));
    }

    protected static int total(JsonNode page) {
        return page.get("total").asInt();
    }

    protected static List<UUID> ids(JsonNode page) {
        return page.get("items")
                .valueStream()
                .map(item -> UUID.fromString(item.get("id").asString()))
                .toList();
    }

    protected JsonNode get(String query, String token) throws Exception {
        var response = send(query, token);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json.readTree(response.body());
    }

    protected int status(String query, String token) throws Exception {
        return send(query, token).statusCode();
    }

    /// @param query what stands behind `/api/v1/audit-logs`
    protected HttpResponse<String> send(String query, String token) throws Exception {
        return send("GET", "/audit-logs" + query, token, null);
    }

    /// @param path what stands behind `/api/v1`
    /// @param body JSON; null for none
    protected HttpResponse<String> send(String method, String path, String token, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1" + path))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }
}
