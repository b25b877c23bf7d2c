package io.wardroom.fleet.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.OnRealServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SecurityTest extends OnRealServers {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String ONE = "1b".repeat(32);
    private static final String OTHER = "a0".repeat(32);

    private final HttpClient http = HttpClient.newHttpClient();
    private final UUID agent = UuidV7.next();
    private TenantId tenant;
    private String viewer;

    @LocalServerPort
    private int port;

    @Autowired
    private KafkaTemplate<String, byte[]> kafka;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private JsonMapper json;

    @BeforeEach
    void anAgent() {
        tenant = new TenantId(UuidV7.next());
        viewer = STACK.accessToken(STACK.newUser(tenant.value(), "viewer"));
        sql("""
                insert into agent (id, tenant_id, machine_id, hostname, labels, tags, token_sha256, first_seen_at, version)
                values (:id, :tenant, :id::text, 'host 7', '{}', '{}', :id::text, now(), 1)
                """);
        sql("""
                insert into agent_presence (agent_id, tenant_id, last_seen_at, online_since)
                values (:id, :tenant, now(), now())
                """);
    }

    @Test
    void aTouchedCanaryIsShownOnceHoweverOftenItIsTold() throws Exception {
        var hostile = "/tmp/\uD83D\uDE00'; drop table agent; --<b>" + "x".repeat(3_000);
        var batch = UuidV7.next();
        var item = Map.of(
                "type", "honeypot_event",
                "path", hostile,
                "action", "open",
                "process_name", "cat",
                "process_pid", 77,
                "observed_at", "2026-01-31T09:15:00Z");
        send(batch, item, Map.of("type", "connection", "remote_ip", "192.0.2.1"));
        send(batch, item, Map.of("type", "connection", "remote_ip", "192.0.2.1"));
        send(UuidV7.next(), dna(ONE, "/bin/last"));

        await("the canary").atMost(PATIENCE).until(() -> baselines() == 1);
        var shown = security(viewer);
        assertThat(shown.get("honeypots").size()).isEqualTo(1);
        var honeypot = shown.at("/honeypots/0");
        assertThat(honeypot.get("path").asString()).isEqualTo(hostile);
        assertThat(honeypot.get("agent_id").asString()).isEqualTo(agent.toString());
        assertThat(honeypot.get("hostname").asString()).isEqualTo("host 7");
        assertThat(honeypot.get("process_pid").asInt()).isEqualTo(77);
        assertThat(honeypot.get("observed_at").asString()).isEqualTo("2026-01-31T09:15:00Z");
        var stranger = STACK.accessToken(STACK.newUser(UuidV7.next(), "owner"));
        assertThat(security(stranger).get("honeypots").size()).isZero();
    }

    @Test
    void aProgramThatChangesIsAFinding() throws Exception {
        send(UuidV7.next(), dna(ONE, "/usr/bin/sshd"), dna(ONE, "/usr/bin/curl"));
        send(UuidV7.next(), dna(ONE.toUpperCase(Locale.ROOT), "/usr/bin/sshd"));
        send(UuidV7.next(), dna(OTHER, "/usr/bin/sshd"));
        send(UuidV7.next(), dna(OTHER, "/usr/bin/sshd"));
        send(UuidV7.next(), dna(ONE, "/bin/last"));

        await("all of them").atMost(PATIENCE).until(() -> baselines() == 3);
        var findings = security(viewer).get("process_dna");
        assertThat(findings.size()).isEqualTo(1);
        assertThat(findings.get(0).get("exe_path").asString()).isEqualTo("/usr/bin/sshd");
        assertThat(findings.get(0).get("baseline_sha256").asString()).isEqualTo(ONE);
        assertThat(findings.get(0).get("exe_sha256").asString()).isEqualTo(OTHER);
    }

    @Test
    void whatStrangersAndGarbageSayIsPassedOver() throws Exception {
        publish(UuidV7.next(), new TenantId(UuidV7.next()), envelope(UuidV7.next(), dna(ONE, "/bin/x")));
        publish(UuidV7.next(), tenant, new byte[] {'{'});
        send(UuidV7.next(), dna(ONE, "/bin/last"));

        await("the good one").atMost(PATIENCE).until(() -> baselines() == 1);
        assertThat(security(viewer).get("process_dna").size()).isZero();
    }

    @Test
    void anAgentThatWasHeardOfAndIsNotAnyMoreIsSilent() {
        assertThat(security(viewer).get("silent_agents").size()).isZero();

        sql("""
                update agent_presence set last_seen_at = now() - interval '16 minutes'
                where agent_id = :id and tenant_id = :tenant
                """);

        var silent = security(viewer).get("silent_agents");
        assertThat(silent.size()).isEqualTo(1);
        assertThat(silent.get(0).get("agent_id").asString()).isEqualTo(agent.toString());
        assertThat(Instant.parse(silent.get(0).get("silent_since").asString()))
                .isBefore(Instant.now().minusSeconds(900));
    }

    private static Map<String, Object> dna(String sha256, String path) {
        return Map.of("type", "process_dna", "pid", 1, "name", "p", "exe_path", path, "exe_sha256", sha256);
    }

    /// A batch that is sent again is another event.
    private void send(UUID batch, Map<?, ?>... items) throws Exception {
        publish(UuidV7.next(), tenant, envelope(batch, items));
    }

    private byte[] envelope(UUID batch, Map<?, ?>... items) {
        return json.writeValueAsBytes(Map.of("agent_id", agent, "batch_id", batch, "items", List.of(items)));
    }

    private void publish(UUID event, TenantId of, byte[] body) throws Exception {
        var record = new ProducerRecord<>(Topics.TELEMETRY_SIGNALS, agent.toString(), body);
        new EventHeaders(
                        event,
                        "/wardroom/ingest-service",
                        "io.wardroom.signals.received.v1",
                        agent.toString(),
                        of,
                        Instant.now(),
                        EventHeaders.JSON,
                        null)
                .writeTo(record.headers());
        kafka.send(record).get(10, TimeUnit.SECONDS);
    }

    private int baselines() {
        return TenantScope.within(
                tenant,
                () -> transaction.execute(_ -> jdbc.sql("select count(*) from process_baseline where agent_id = ?")
                        .param(agent)
                        .query(Integer.class)
                        .single()));
    }

    private void sql(String statement) {
        TenantScope.within(tenant, () -> {
            transaction.executeWithoutResult(_ -> jdbc.sql(statement)
                    .param("id", agent)
                    .param("tenant", tenant.value())
                    .update());
            return true;
        });
    }

    private JsonNode security(String token) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/security"))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token)
                .build();
        try {
            var answer = http.send(request, BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return json.readTree(answer.body());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }
}
