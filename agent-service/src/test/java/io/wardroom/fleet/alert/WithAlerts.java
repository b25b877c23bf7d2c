package io.wardroom.fleet.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.telemetry.SeriesLayout;
import io.wardroom.common.telemetry.SeriesLayout.SeriesName;
import io.wardroom.common.telemetry.ValueCodec;
import io.wardroom.common.telemetry.proto.MetricsBatch;
import io.wardroom.common.telemetry.proto.Moment;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.OnRealServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the tests of alerts have in common: hosts, what they measured, and the routes.
public abstract class WithAlerts extends OnRealServers {
    protected static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @Autowired
    protected JdbcClient jdbc;

    @Autowired
    protected TransactionTemplate transaction;

    @Autowired
    protected JsonMapper json;

    @Autowired
    protected KafkaTemplate<String, byte[]> kafka;

    @Autowired
    protected ConsumerFactory<?, ?> consumers;

    protected final TenantId tenant = new TenantId(UuidV7.next());

    protected <T> T everywhere(Supplier<T> work) {
        return TenantScope.everyTenant(() -> transaction.execute(_ -> work.get()));
    }

    /// Forgets what was heard and judged before, so that the test's own time may begin anywhere, and the hosts of other
    /// tests, which would all be judged at each moment of it.
    protected void beginAnew() {
        everywhere(() -> jdbc.sql("delete from agent").update()
                + jdbc.sql("delete from hub_hearing").update()
                + jdbc.sql("delete from alert_clock").update());
    }

    protected UUID newHost(TenantId owner, Instant seen, String... tags) {
        var id = UuidV7.next();
        everywhere(() -> jdbc.sql("""
                                insert into agent (id, tenant_id, machine_id, hostname, labels, tags, token_sha256,
                                    first_seen_at, version, cpu_cores)
                                values (:id, :tenant, :machine, 'host', '{"env":"test"}', :tags, :machine, now(), 1, 4)
                                """)
                        .param("id", id)
                        .param("tenant", owner.value())
                        .param("machine", id.toString())
                        .param("tags", tags)
                        .update()
                + jdbc.sql("""
                                insert into agent_presence (agent_id, tenant_id, last_seen_at, online_since)
                                values (:id, :tenant, :seen, :seen)
                                """)
                        .param("id", id)
                        .param("tenant", owner.value())
                        .param("seen", Timestamp.from(seen))
                        .update());
        return id;
    }

    protected void removeHost(UUID id) {
        everywhere(() ->
                jdbc.sql("delete from agent where id = :id").param("id", id).update());
    }

    protected static SeriesName series(String name, Map<String, String> labels) {
        return new SeriesName(name, new TreeMap<>(labels));
    }

    /// Stores a batch with one moment, as it would have come.
    protected void measured(UUID agent, Instant at, SeriesName series, double value) {
        var layout = new SeriesLayout(List.of(series));
        var id = UuidV7.next();
        var moment = Moment.newBuilder()
                .setLayoutId(layout.id(tenant))
                .setCapturedAtMs(at.toEpochMilli())
                .setValues(ValueCodec.pack(new double[] {value}, 1))
                .build();
        everywhere(() -> jdbc.sql("""
                                insert into metric_layout (tenant_id, layout_id, series, series_count)
                                values (:tenant, :id, :series, 1) on conflict do nothing
                                """)
                        .param("tenant", tenant.value())
                        .param("id", layout.id(tenant).toByteArray())
                        .param(
                                "series",
                                layout.toProto(tenant).toBuilder()
                                        .setLayoutId(ByteString.EMPTY)
                                        .build()
                                        .toByteArray())
                        .update()
                + jdbc.sql("""
                                insert into metric_batch (tenant_id, agent_id, at, batch_id, received_at, moments)
                                values (:tenant, :agent, :at, :id, :at, :moments)
                                """)
                        .param("tenant", tenant.value())
                        .param("agent", agent)
                        .param("at", Timestamp.from(at))
                        .param("id", id)
                        .param(
                                "moments",
                                MetricsBatch.newBuilder()
                                        .addMoments(moment)
                                        .build()
                                        .toByteArray())
                        .update());
    }

    /// Sends items as ingest-service wraps them.
    protected void send(String topic, UUID agent, UUID batch, Instant at, Object... items) {
        var body = Map.of("agent_id", agent, "batch_id", batch, "received_at", at.toString(), "items", items);
        var record = new ProducerRecord<>(topic, agent.toString(), json.writeValueAsBytes(body));
        new EventHeaders(
                        UuidV7.next(),
                        "/wardroom/ingest-service",
                        "io.wardroom.items.received.v1",
                        agent.toString(),
                        tenant,
                        at,
                        EventHeaders.JSON,
                        null)
                .writeTo(record.headers());
        kafka.send(record).join();
    }

    /// The types of what was published of an agent, in order, as soon as there are that many.
    protected List<String> published(String topic, UUID agent, int expected) {
        var types = new ArrayList<String>();
        try (var consumer = consumers.createConsumer("test-" + UuidV7.next(), null)) {
            consumer.subscribe(List.of(topic));
            await("%d events of %s".formatted(expected, agent)).atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (agent.toString().equals(record.key())) {
                        var type = record.headers().lastHeader("ce_type").value();
                        types.add(new String(type, StandardCharsets.UTF_8)
                                .replace("io.wardroom.", "")
                                .replace(".v1", ""));
                    }
                });
                return types.size() >= expected && outboxIsEmpty();
            });
            // what would be too much was sent before the outbox was empty
            consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                if (agent.toString().equals(record.key())) {
                    types.add("too much");
                }
            });
        }
        return types;
    }

    private boolean outboxIsEmpty() {
        return everywhere(() -> jdbc.sql("select count(*) from outbox_record")
                        .query(Integer.class)
                        .single())
                == 0;
    }

    protected record Answer(int status, String raw, JsonNode body) {
        public String text(String field) {
            var value = body.get(field);
            assertThat(value).as("%s in %d %s", field, status, raw).isNotNull();
            return value.isNull() ? "null" : value.asString();
        }

        public int total() {
            assertThat(status).as(raw).isEqualTo(200);
            return body.get("total").asInt();
        }

        public JsonNode first() {
            assertThat(total()).as(raw).isPositive();
            return body.get("items").get(0);
        }
    }

    protected String tokenOf(TenantId owner, String role) {
        return STACK.accessToken(STACK.newUser(owner.value(), role));
    }

    protected Answer call(String method, String path, String token, Object body) {
        var text = body == null ? null : body instanceof String raw ? raw : json.writeValueAsString(body);
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/api/v1%s".formatted(port, path)))
                .timeout(PATIENCE)
                .method(method, text == null ? BodyPublishers.noBody() : BodyPublishers.ofString(text))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + token);
        try {
            var answer = http.send(request.build(), BodyHandlers.ofString());
            return new Answer(
                    answer.statusCode(),
                    answer.body(),
                    answer.body().isEmpty() ? json.createObjectNode() : json.readTree(answer.body()));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }
}
