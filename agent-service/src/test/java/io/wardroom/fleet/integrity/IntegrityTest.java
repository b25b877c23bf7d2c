package io.wardroom.fleet.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.identity.AgentIdentity;
import io.wardroom.common.telemetry.SeriesLayout;
import io.wardroom.common.telemetry.ValueCodec;
import io.wardroom.common.telemetry.proto.MetricsBatch;
import io.wardroom.common.telemetry.proto.Moment;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.OnRealServers;
import io.wardroom.fleet.agent.Anomalies;
import io.wardroom.fleet.integrity.Arrival.CpuPoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class IntegrityTest extends OnRealServers {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static TenantId tenant;
    private static String owner;
    private static String viewer;

    private final HttpClient http = HttpClient.newHttpClient();
    private final UUID agent = UuidV7.next();
    private final long now = Instant.now().toEpochMilli();

    @LocalServerPort
    private int port;

    @Autowired
    private Arrivals arrivals;

    @Autowired
    private Sweep sweep;

    @Autowired
    private Anomalies anomalies;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private KafkaTemplate<String, byte[]> kafka;

    @Autowired
    private ConsumerFactory<?, ?> consumers;

    @Autowired
    private JsonMapper json;

    @BeforeAll
    static void aTenant() {
        tenant = new TenantId(UuidV7.next());
        owner = STACK.accessToken(STACK.newUser(tenant.value(), "owner"));
        viewer = STACK.accessToken(STACK.newUser(tenant.value(), "viewer"));
    }

    @BeforeEach
    void anAgent() {
        sql("""
                insert into agent (id, tenant_id, machine_id, hostname, labels, tags, token_sha256, first_seen_at, version)
                values (:id, :tenant, :id::text, 'host', '{}', '{}', :id::text, now(), 1)
                """);
        sql("""
                insert into agent_presence (agent_id, tenant_id, last_seen_at, online_since)
                values (:id, :tenant, now(), now())
                """);
    }

    @Test
    void missingNumbersAreWhatAReferenceModelSays() {
        var random = new Random(20261122);
        var came = new TreeSet<Long>();
        var sending = new ArrayList<>(LongStream.rangeClosed(1, 90)
                .filter(_ -> random.nextInt(10) > 0)
                .boxed()
                .toList());
        // mostly in order, as agents send, with pieces that come late
        for (var i = 0; i < 12; i++) {
            var late = sending.remove(random.nextInt(sending.size()));
            sending.add(Math.min(sending.size(), random.nextInt(90) + 5), late);
        }
        for (var from = 0; from < sending.size(); ) {
            var to = Math.min(sending.size(), from + 1 + random.nextInt(6));
            var poll = sending.subList(from, to);
            take(poll.stream().map(seq -> batch("a", seq, now + seq)).toArray(Arrival[]::new));
            if (random.nextInt(4) == 0) {
                take(poll.stream().map(seq -> batch("a", seq, now + seq)).toArray(Arrival[]::new));
            }
            came.addAll(poll);
            from = to;

            assertThat(openGaps()).isEqualTo(holes(came));
        }
        take(LongStream.range(came.first(), came.last())
                .mapToObj(seq -> batch("a", seq, now + seq))
                .toArray(Arrival[]::new));

        assertThat(openGaps()).isEmpty();
        var listed = get("/api/v1/agents/%s/gaps?limit=200".formatted(agent), viewer);
        assertThat(listed.body().get("total").asInt()).isPositive();
        assertThat(listed.body().get("items")).allSatisfy(gap -> {
            assertThat(gap.get("missing").asLong()).isZero();
            assertThat(gap.get("closed_at").asString()).isNotEmpty();
        });
    }

    @Test
    void aGapClosesOrSplitsWhenLateBatchesComeAndANewStartIsNone() {
        take(batch("a", 5, now), batch("a", 11, now + 1));
        take(batch("a", 8, now + 2));
        // the next start counts on where its spool stands, or from anywhere else
        take(batch("b", 40, now + 3), batch("b", 41, now + 4));

        assertThat(openGaps()).isEqualTo(Map.of(6L, 7L, 9L, 10L));
        var answer = get("/api/v1/agents/%s/gaps".formatted(agent), viewer);
        assertThat(answer.body().get("total").asInt()).isEqualTo(2);
        assertThat(answer.body().at("/items/0/from_seq").asLong()).isEqualTo(9);
        assertThat(answer.body().at("/items/0/missing").asLong()).isEqualTo(2);
        assertThat(answer.body().at("/items/0/instance_id").asString()).isEqualTo("a");
        assertThat(answer.body().at("/items/0/closed_at").isNull()).isTrue();
        var stranger = STACK.accessToken(STACK.newUser(UuidV7.next(), "owner"));
        assertThat(get("/api/v1/agents/%s/gaps".formatted(agent), stranger).status())
                .isEqualTo(404);
        assertThat(get("/api/v1/agents/%s/gaps?limit=201".formatted(agent), viewer)
                        .status())
                .isEqualTo(400);
    }

    @Test
    void holesBeyondABoundAreNotWaitedForAndAHugeNumberIsOneGap() {
        take(LongStream.rangeClosed(1, Gaps.MOST_HOLES + 50)
                .mapToObj(i -> batch("a", i * 2, now + i))
                .toArray(Arrival[]::new));
        take(batch("a", 1L << 60, now + 9_999));

        assertThat(scalar(
                        "select count(*) from unnest((select seqs from agent_instance where agent_id = :id)) r",
                        Integer.class))
                .isLessThanOrEqualTo(Gaps.MOST_HOLES + 1);
        assertThat(openGaps()).hasSize(Gaps.MOST_HOLES);
        assertThat(scalar("select max(to_seq) from sequence_gap where agent_id = :id", Long.class))
                .isEqualTo((1L << 60) - 1);
    }

    @Test
    void twoStartsThatTakeTurnsAreACopyAndTheNewerOneIsRefused() {
        take(batch("first", 1, now), batch("second", 1, now + 100), batch("first", 2, now + 200));

        assertThat(open()).containsExactly("clone_suspected high");
        await("the doors learn it")
                .atMost(PATIENCE)
                .until(() -> identity().refusedInstances().contains("second"));
        assertThat(identity().refusedInstances()).containsExactly("second");
        assertThat(identity().version()).isEqualTo(2);
        // what was under way to be taken opens nothing more
        take(batch("second", 2, now + 300), batch("first", 3, now + 400));
        assertThat(open()).containsExactly("clone_suspected high");
        assertThat(scalar("select version from agent where id = :id", Long.class))
                .isEqualTo(2);

        lookedAt("clone_suspected", Duration.ofMinutes(9));
        sweep.everybody();
        assertThat(open()).containsExactly("clone_suspected high");
        lookedAt("clone_suspected", Duration.ofMinutes(11));
        sweep.everybody();
        assertThat(open()).isEmpty();
    }

    @Test
    void aRestartWithALeftSpoolIsNoCopyNorIsWhatComesTwice() {
        var all = List.of(
                batch("first", 1, now),
                batch("first", 2, now + 100),
                batch("second", 3, now + 200),
                batch("second", 4, now + 300));
        take(all.toArray(Arrival[]::new));
        all.forEach(this::take);
        // an answer that was lost: the same number once more, late
        take(batch("first", 2, now + 400));
        take(batch("", 0, now + 500), batch("second", 5, now + 600), batch("", 0, now + 700));

        assertThat(open()).isEmpty();
    }

    @Test
    void aClockThatDriftsOpensADoubtAndItRestsWhenTheClockIsRight() {
        live("a", 0, 25, 400_000, 15_000, 0.1);
        sweep.everybody();
        assertThat(open()).containsExactly("clock_drift high");

        sweep.everybody();
        assertThat(open()).as("once").containsExactly("clock_drift high");

        live("a", 100, 25, 0, 15_000, 0.1);
        sweep.everybody();
        assertThat(open()).isEmpty();
        assertThat(all()).containsExactly("clock_drift high");
    }

    @Test
    void aWrongCadenceAndAFlatCpuOpenDoubtsAndRest() {
        live("a", 0, 40, 0, 30_000, 0);
        sweep.everybody();
        assertThat(open()).containsExactlyInAnyOrder("cadence_anomaly medium", "flat_metrics high");

        live("a", 100, 60, 0, 15_000, 0.2);
        sweep.everybody();
        assertThat(open()).isEmpty();
    }

    @Test
    void aHealthyAgentRaisesNoDoubt() {
        live("a", 0, 240, 120, 15_000, 0.05);

        sweep.everybody();

        assertThat(all()).isEmpty();
    }

    @Test
    void whatASilentAgentSaidLongAgoNeitherOpensNorResolves() {
        live("a", 0, 25, 400_000, 15_000, 0.1);
        sql(
                "update agent_instance set last_received_at = now() - interval '1 hour' where agent_id = :id and :tenant = tenant_id");

        sweep.everybody();

        assertThat(all()).isEmpty();
    }

    @Test
    void aDowngradeOpensADoubtUntilItIsUpgradedOrLetBe() {
        take(versioned(1, "1.10.0"), versioned(2, "1.9.0"));
        sweep.everybody();
        assertThat(open()).containsExactly("version_downgrade high");

        take(versioned(3, "1.10.0"));
        sweep.everybody();
        assertThat(open()).isEmpty();

        take(versioned(4, "1.9.0"));
        sweep.everybody();
        var id = get("/api/v1/integrity-anomalies?kind=version_downgrade&agent_id=" + agent, owner)
                .body()
                .at("/items/0/id")
                .asString();
        assertThat(patch("/api/v1/integrity-anomalies/%s/resolve".formatted(id), owner)
                        .status())
                .isEqualTo(200);
        sweep.everybody();
        assertThat(open()).as("the lesser version was accepted").isEmpty();
        assertThat(audited("agent_version_seen")).containsExactlyInAnyOrder("1.10.0", "1.9.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"unsigned_payload", "signature_invalid"})
    void whatIsToldAsItHappensRestsAfterAQuietCycle(String kind) {
        open(kind, "medium");
        sweep.everybody();
        assertThat(open()).containsExactly(kind + " medium");

        lookedAt(kind, Duration.ofMinutes(11));
        open(kind, "medium");
        sweep.everybody();
        assertThat(open()).as("there was another").containsExactly(kind + " medium");

        lookedAt(kind, Duration.ofMinutes(11));
        sweep.everybody();
        assertThat(open()).isEmpty();
        open(kind, "medium");
        assertThat(all()).hasSize(2);
    }

    @Test
    void doubtsAreListedPagedAndPutToRestByAnAdministrator() {
        for (var kind : List.of("unsigned_payload", "signature_invalid", "flat_metrics")) {
            open(kind, "high");
        }
        var path = "/api/v1/integrity-anomalies?agent_id=" + agent;

        var first = get(path + "&limit=2", viewer);
        assertThat(first.body().get("total").asInt()).isEqualTo(3);
        assertThat(first.body().get("items").size()).isEqualTo(2);
        assertThat(first.body().at("/items/0/kind").asString()).isEqualTo("flat_metrics");
        var second =
                get(path + "&limit=2&cursor=" + first.body().get("next_cursor").asString(), viewer);
        assertThat(second.body().at("/items/0/kind").asString()).isEqualTo("unsigned_payload");
        assertThat(second.body().get("next_cursor").isNull()).isTrue();
        assertThat(get(path + "&kind=flat_metrics&severity=high", viewer)
                        .body()
                        .get("total")
                        .asInt())
                .isEqualTo(1);
        assertThat(get(path + "&kind=nonsense", viewer).status()).isEqualTo(400);
        assertThat(get(path + "&severity=low", viewer).status()).isEqualTo(400);
        assertThat(get(path + "&include_resolved=2", viewer).status()).isEqualTo(400);
        assertThat(get(path + "&limit=201", viewer).status()).isEqualTo(400);

        var resolve = "/api/v1/integrity-anomalies/%s/resolve"
                .formatted(first.body().at("/items/0/id").asString());
        assertThat(patch(resolve, viewer).status()).isEqualTo(403);
        var stranger = STACK.accessToken(STACK.newUser(UuidV7.next(), "owner"));
        assertThat(patch(resolve, stranger).status()).isEqualTo(404);
        assertThat(get(path, stranger).body().get("total").asInt()).isZero();
        var resolved = patch(resolve, owner);
        assertThat(resolved.status()).isEqualTo(200);
        assertThat(resolved.body().get("resolved_at").asString()).isNotEmpty();
        assertThat(patch(resolve, owner).body().get("resolved_at"))
                .as("once")
                .isEqualTo(resolved.body().get("resolved_at"));
        assertThat(get(path, viewer).body().get("total").asInt()).isEqualTo(2);
        assertThat(get(path + "&include_resolved=1", viewer).body().get("total").asInt())
                .isEqualTo(3);
        assertThat(eventsOf(3 + 1))
                .containsOnlyOnce("io.wardroom.anomaly.resolved.v1 flat_metrics")
                .contains("io.wardroom.anomaly.opened.v1 flat_metrics");
    }

    @Test
    void nobodyDeletesADoubtAndItOutlivesItsAgent() {
        open("flat_metrics", "high");

        assertThatThrownBy(() -> sql("delete from integrity_anomaly where agent_id = :id and tenant_id = :tenant"))
                .isInstanceOf(DataAccessException.class);
        assertThatThrownBy(() ->
                        sql("update integrity_anomaly set kind = 'x' where agent_id = :id and tenant_id = :tenant"))
                .isInstanceOf(DataAccessException.class);
        assertThat(send("DELETE", "/api/v1/agents/" + agent, owner).status()).isEqualTo(204);

        assertThat(all()).containsExactly("flat_metrics high");
        assertThat(open()).isEmpty();
    }

    @Test
    void batchesOnTheTopicLeaveTheirTraceAndGarbageHoldsNobodyUp() throws Exception {
        var layout = new SeriesLayout(List.of(
                new SeriesLayout.SeriesName("system.cpu.utilization", new TreeMap<>(Map.of("mode", "idle"))),
                new SeriesLayout.SeriesName("zebra", new TreeMap<>())));
        var declared = new ProducerRecord<>(
                Topics.TELEMETRY_LAYOUTS,
                agent.toString(),
                layout.toProto(tenant).toByteArray());
        headers(declared);
        kafka.send(declared).get(10, TimeUnit.SECONDS);
        await("the layout")
                .atMost(PATIENCE)
                .until(() -> scalar(
                                "select count(*) from metric_layout where layout_id = :layout and tenant_id = :tenant and :id is not null",
                                Integer.class,
                                layout.id(tenant).toByteArray())
                        == 1);
        var garbage = new ProducerRecord<>(Topics.TELEMETRY_METRICS, agent.toString(), new byte[] {1, 2, 3});
        headers(garbage);
        kafka.send(garbage).get(10, TimeUnit.SECONDS);
        var hostile = "\uD83D\uDE00'; drop table agent; --<script>";
        for (var seq : new long[] {1, 2, 4}) {
            var id = UuidV7.next();
            var message = MetricsBatch.newBuilder()
                    .setBatchId(ByteString.copyFrom(ByteBuffer.allocate(16)
                            .putLong(id.getMostSignificantBits())
                            .putLong(id.getLeastSignificantBits())
                            .flip()))
                    .setInstanceId(hostile)
                    .setAgentVersion(hostile)
                    .setSeq(seq)
                    .setSentAtMs(now + seq)
                    .setReceivedAtMs(now + seq)
                    .addMoments(Moment.newBuilder()
                            .setLayoutId(layout.id(tenant))
                            .setCapturedAtMs(now + seq)
                            .setValues(ValueCodec.pack(new double[] {0.75, 5}, 2)));
            var record = new ProducerRecord<>(
                    Topics.TELEMETRY_METRICS, agent.toString(), message.build().toByteArray());
            headers(record);
            kafka.send(record).get(10, TimeUnit.SECONDS);
        }

        await("the trace").atMost(PATIENCE).until(() -> openGaps().equals(Map.of(3L, 3L)));
        assertThat(scalar("select instance_id from agent_instance where agent_id = :id", String.class))
                .isEqualTo(hostile);
        assertThat(scalar("select cpu_sums[1] from agent_instance where agent_id = :id", Double.class))
                .isEqualTo(0.75);
    }

    @Test
    void tenThousandAgentsAreLookedAtWithinTwentySecondsOfACore() {
        var seeded = UuidV7.next();
        TenantScope.everyTenant(() -> transaction.executeWithoutResult(_ -> {
            jdbc.sql("""
                            insert into agent (id, tenant_id, machine_id, hostname, labels, tags, token_sha256, first_seen_at, version)
                            select gen_random_uuid(), :seeded, 'm' || n, 'h' || n, '{}', '{}', :seeded || '-' || n, now(), 1
                            from generate_series(1, 10000) n
                            """).param("seeded", seeded).update();
            jdbc.sql("""
                            insert into agent_instance (tenant_id, agent_id, instance_id, first_received_at,
                                last_received_at, last_sent_ms, agent_version, seqs, captured, drifts, cpu_slots,
                                cpu_counts, cpu_sums, cpu_squares)
                            select tenant_id, id, gen_random_uuid()::text, now() - interval '1 hour', now(), 0, '1.2.3',
                                '{[1,900)}', (select array_agg(i * 15000::bigint) from generate_series(1, 21) i),
                                array_fill(40::bigint, array[20]), array[1, 2, 3, 4, 5, 6]::bigint[],
                                array_fill(40, array[6]), array_fill(4.0::double precision, array[6]),
                                array_fill(1.0::double precision, array[6])
                            from agent where tenant_id = :seeded
                            """).param("seeded", seeded).update();
            jdbc.sql("""
                            insert into agent_version (tenant_id, agent_id, version, first_seen_at)
                            select tenant_id, id, v, now() from agent, unnest(array['1.2.2', '1.2.3']) v
                            where tenant_id = :seeded
                            """).param("seeded", seeded).update();
        }));

        var begun = System.nanoTime();
        sweep.everybody();
        var took = Duration.ofNanos(System.nanoTime() - begun);

        assertThat(took).isLessThan(Duration.ofSeconds(20));
        assertThat(scalar(
                        "select count(*) from integrity_anomaly where tenant_id = '%s' and :id is not null"
                                .formatted(seeded),
                        Integer.class))
                .isZero();
        TenantScope.everyTenant(() -> transaction.executeWithoutResult(_ ->
                jdbc.sql("delete from agent where tenant_id = ?").param(seeded).update()));
    }

    /// As an agent sends: one batch an interval, the last of them now.
    private void live(String instance, int before, int count, long drift, long gap, double swing) {
        var begin = now + before * 15_000L;
        var sent = new ArrayList<Arrival>();
        for (var i = 1; i <= count; i++) {
            var at = begin + i * gap;
            sent.add(new Arrival(
                    tenant,
                    agent,
                    instance,
                    before + i,
                    at,
                    at + drift,
                    "1.0.0",
                    List.of(at),
                    List.of(new CpuPoint(at, 0.3 + (i % 2 == 0 ? swing : -swing)))));
        }
        take(sent.toArray(Arrival[]::new));
    }

    private Arrival batch(String instance, long seq, long at) {
        return new Arrival(tenant, agent, instance, seq, at, at, null, List.of(), List.of());
    }

    private Arrival versioned(int seq, String version) {
        return new Arrival(tenant, agent, "a", seq, now + seq, now + seq, version, List.of(), List.of());
    }

    private void take(Arrival... all) {
        arrivals.take(List.of(all));
    }

    private static Map<Long, Long> holes(TreeSet<Long> came) {
        var holes = new TreeMap<Long, Long>();
        for (var seq = came.first(); seq < came.last(); seq++) {
            if (!came.contains(seq)) {
                var from = seq;
                while (!came.contains(seq + 1)) {
                    seq++;
                }
                holes.put(from, seq);
            }
        }
        return holes;
    }

    private Map<Long, Long> openGaps() {
        var open = new TreeMap<Long, Long>();
        TenantScope.within(tenant, () -> {
            transaction.executeWithoutResult(_ -> jdbc.sql("""
                            select from_seq, to_seq from sequence_gap
                            where agent_id = ? and closed_at is null and not given_up
                            """).param(agent).query(row -> {
                open.put(row.getLong(1), row.getLong(2));
            }));
            return true;
        });
        return open;
    }

    private void open(String kind, String severity) {
        TenantScope.within(tenant, () -> {
            transaction.executeWithoutResult(
                    _ -> anomalies.open(tenant, agent, kind, severity, "something", Map.of("x", 1)));
            return true;
        });
    }

    private void lookedAt(String kind, Duration ago) {
        sql(
                "update integrity_anomaly set last_seen_at = now() - interval '%d seconds' where agent_id = :id and tenant_id = :tenant and kind = '%s'"
                        .formatted(ago.toSeconds(), kind));
    }

    private List<String> open() {
        return doubts("and resolved_at is null");
    }

    private List<String> all() {
        return doubts("");
    }

    private List<String> doubts(String more) {
        return TenantScope.within(
                tenant,
                () -> transaction.execute(_ -> jdbc.sql(
                                "select kind || ' ' || severity from integrity_anomaly where agent_id = ? " + more)
                        .param(agent)
                        .query(String.class)
                        .list()));
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

    private <T> T scalar(String statement, Class<T> type, Object... layout) {
        return TenantScope.everyTenant(() -> transaction.execute(_ -> {
            var query = jdbc.sql(statement).param("id", agent).param("tenant", tenant.value());
            for (var one : layout) {
                query.param("layout", one);
            }
            return query.query(type).single();
        }));
    }

    private AgentIdentity identity() {
        var found = new ArrayList<AgentIdentity>();
        try (var consumer = consumers.createConsumer("test-" + UuidV7.next(), null)) {
            consumer.subscribe(List.of(Topics.AGENTS_IDENTITY));
            await("the identity").atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (agent.toString().equals(record.key()) && record.value() != null) {
                        found.add(json.readValue((byte[]) record.value(), AgentIdentity.class));
                    }
                });
                return !found.isEmpty();
            });
        }
        return found.getLast();
    }

    private List<String> audited(String action) {
        var versions = new ArrayList<String>();
        collect(Topics.AUDIT_ACTIONS, tenant.toString(), 2, versions, (record, body) -> {
            if (body.get("action").asString().equals(action)
                    && body.get("entity_id").asString().equals(agent.toString())) {
                versions.add(body.at("/details/version").asString());
            }
        });
        return versions;
    }

    private List<String> eventsOf(int expected) {
        var events = new ArrayList<String>();
        collect(
                Topics.INTEGRITY_ANOMALIES,
                agent.toString(),
                expected,
                events,
                (type, body) -> events.add(type + " " + body.get("kind").asString()));
        return events;
    }

    private interface Taking {
        void take(String type, JsonNode body);
    }

    private void collect(String topic, String key, int expected, List<String> into, Taking taking) {
        try (var consumer = consumers.createConsumer("test-" + UuidV7.next(), null)) {
            consumer.subscribe(List.of(topic));
            await(topic).atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (key.equals(record.key())) {
                        taking.take(EventHeaders.read(record.headers()).type(), json.readTree((byte[]) record.value()));
                    }
                });
                return into.size() >= expected;
            });
        }
    }

    private void headers(ProducerRecord<String, byte[]> record) {
        new EventHeaders(
                        UuidV7.next(),
                        "/wardroom/ingest-service",
                        "io.wardroom.metrics.received.v1",
                        record.key(),
                        tenant,
                        Instant.now(),
                        EventHeaders.PROTOBUF,
                        null)
                .writeTo(record.headers());
    }

    private record Answer(int status, JsonNode body) {}

    private Answer get(String path, String token) {
        return send("GET", path, token);
    }

    private Answer patch(String path, String token) {
        return send("PATCH", path, token);
    }

    private Answer send(String method, String path, String token) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(PATIENCE)
                .method(method, BodyPublishers.noBody())
                .header("Authorization", "Bearer " + token);
        try {
            var answer = http.send(request.build(), BodyHandlers.ofString());
            return new Answer(
                    answer.statusCode(),
                    answer.body().isEmpty() ? json.createObjectNode() : json.readTree(answer.body()));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }
}
