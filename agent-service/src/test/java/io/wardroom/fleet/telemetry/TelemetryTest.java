package io.wardroom.fleet.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;
import static org.awaitility.Awaitility.await;

import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.telemetry.SeriesLayout;
import io.wardroom.common.telemetry.SeriesLayout.SeriesName;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.OnRealServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TelemetryTest extends OnRealServers {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int POLL = 200;
    private static final SeriesLayout LAYOUT = TestBatch.layout("cpu{mode=user}", "cpu{mode=system}", "bytes");
    private static final SeriesLayout OTHER = TestBatch.layout("bytes", "load");

    private final HttpClient http = HttpClient.newHttpClient();
    private static TenantId tenant;
    private static String token;

    private final UUID agent = UuidV7.next();

    @LocalServerPort
    private int port;

    @Autowired
    private KafkaTemplate<String, byte[]> kafka;

    @Autowired
    private ConsumerFactory<?, ?> consumers;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private JsonMapper json;

    @Autowired
    private Environment environment;

    @Autowired
    private Intake intake;

    @Autowired
    private HourCloser closer;

    /// Ingest-service declares these; here it does not run.
    @BeforeAll
    static void topics() throws Exception {
        try (var admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, STACK.kafka()))) {
            var present = admin.listTopics().names().get(30, TimeUnit.SECONDS);
            var missing = Stream.of(Topics.TELEMETRY_METRICS, Topics.TELEMETRY_LAYOUTS)
                    .filter(name -> !present.contains(name))
                    .map(name -> new NewTopic(name, Optional.of(12), Optional.empty()))
                    .toList();
            admin.createTopics(missing).all().get(30, TimeUnit.SECONDS);
        }
    }

    @BeforeAll
    static void aTenantWithAReader() {
        tenant = new TenantId(UuidV7.next());
        token = STACK.accessToken(STACK.newUser(tenant.value(), "viewer"));
    }

    @BeforeEach
    void anAgent() {
        addAgent(tenant, agent);
    }

    @Test
    void aBatchThatComesTwiceIsStoredOnceAndReadAtOnce() throws Exception {
        var at = Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.MILLIS);
        var batch = TestBatch.of(tenant, agent).moment(LAYOUT, at, 0.25, 0.5, 1e15);

        send(TestBatch.toSend(tenant, LAYOUT));
        send(batch.toSend());
        send(batch.toSend());
        // what comes behind the second tells that the second was worked off
        send(TestBatch.of(tenant, agent)
                .moment(LAYOUT, at.plusSeconds(15), 0.75, 0.5, 3)
                .toSend());

        await("both batches")
                .atMost(PATIENCE)
                .until(() -> raw(at.minusSeconds(1), at.plusSeconds(60)).size() == 3
                        && raw(at.minusSeconds(1), at.plusSeconds(60))
                                        .get(TestBatch.series("bytes"))
                                        .size()
                                == 2);
        assertThat(count("metric_batch")).isEqualTo(2);
        assertThat(raw(at.minusSeconds(1), at.plusSeconds(60)))
                .containsEntry(TestBatch.series("bytes"), points(at, 1e15, at.plusSeconds(15), 3))
                .containsEntry(TestBatch.series("cpu{mode=user}"), points(at, 0.25, at.plusSeconds(15), 0.75));
        assertThat(scalar(
                        "select instance_id || ' ' || agent_version from agent_presence where agent_id = ?",
                        String.class))
                .isEqualTo("instance-1 1.2.3");
    }

    @Test
    void aLayoutMayComeBehindItsFirstBatch() throws Exception {
        var at = Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.MILLIS);
        var unheardOf = TestBatch.layout("one", "other");
        send(TestBatch.of(tenant, agent).moment(unheardOf, at, 1, 2).toSend());
        await("the batch").atMost(PATIENCE).until(() -> count("metric_batch") == 1);
        assertThat(raw(at.minusSeconds(1), at.plusSeconds(1))).isEmpty();

        send(TestBatch.toSend(tenant, unheardOf));

        await("its names")
                .atMost(PATIENCE)
                .until(() -> raw(at.minusSeconds(1), at.plusSeconds(1)).size() == 2);
    }

    @Test
    void badRecordsGoAsideAndTakeNoGoodOneAlong() throws Exception {
        var at = Instant.now().minusSeconds(120).truncatedTo(ChronoUnit.MILLIS);
        var key = agent.toString();
        intake.store(Map.of(tenant, List.of(LAYOUT)));
        // remembers the layout, so that the misfit is seen at the door
        raw(at, at.plusSeconds(1));
        var good = TestBatch.of(tenant, agent).moment(LAYOUT, at, 1, 2, 3).toSend();
        var garbage = new ProducerRecord<>(Topics.TELEMETRY_METRICS, key, "garbage".getBytes(StandardCharsets.UTF_8));
        good.headers().forEach(garbage.headers()::add);
        var headless = new ProducerRecord<>(Topics.TELEMETRY_METRICS, key, good.value());
        var tooOld = TestBatch.of(tenant, agent)
                .moment(LAYOUT, Instant.now().minus(Duration.ofDays(9)), 1, 2, 3)
                .moment(LAYOUT, at.plusSeconds(1), 4, 5, 6)
                .toSend();
        var last = TestBatch.of(tenant, agent)
                .moment(LAYOUT, at.plusSeconds(2), 7, 8, 9)
                .toSend();

        for (var record : List.of(garbage, good, headless, tooOld, last)) {
            send(record);
        }

        await("what is good").atMost(PATIENCE).until(() -> count("metric_batch") == 3);
        assertThat(raw(at, at.plusSeconds(10)).get(TestBatch.series("bytes")))
                .isEqualTo(points(at, 3, at.plusSeconds(1), 6, at.plusSeconds(2), 9));
        var causes = deadLetters(key, 3);
        assertThat(causes.get(0)).contains("not a Protobuf MetricsBatch");
        assertThat(causes.get(1)).contains("no header ce_tenantid");
        assertThat(causes.get(2)).contains("1 moments lie outside");
    }

    @Test
    void batchesOfStrangersAreStoredNowhere() {
        var at = Instant.now().minusSeconds(60);
        var stranger = UuidV7.next();
        var otherTenant = new TenantId(UuidV7.next());

        store(TestBatch.of(tenant, stranger).moment(LAYOUT, at, 1, 2, 3));
        store(TestBatch.of(otherTenant, agent).moment(LAYOUT, at, 1, 2, 3));
        store(TestBatch.of(tenant, agent).moment(LAYOUT, at, 1, 2, 3));

        List<UUID> stored = TenantScope.everyTenant(() -> transaction.execute(
                _ -> jdbc.sql("select tenant_id from metric_batch where tenant_id = ? or agent_id in (?, ?)")
                        .params(otherTenant.value(), agent, stranger)
                        .query(UUID.class)
                        .list()));
        assertThat(stored).containsExactly(tenant.value());
    }

    @Test
    void whateverIsStoredIsReadBackBitByBitBeforeAndAfterItsHourIsClosed() {
        var random = new Random(20261122);
        var model = new Model();
        var begin = hoursAgo(5);
        intake.store(Map.of(tenant, List.of(LAYOUT, OTHER)));
        var batches = new ArrayList<TestBatch>();
        for (var i = 0; i < 700; i++) {
            var batch = TestBatch.of(tenant, agent).receivedAt(begin.plusSeconds(1 + i));
            for (var j = 0; j <= random.nextInt(3); j++) {
                // few enough moments that some meet; what is sent of one is always the same
                var at = begin.plusMillis(random.nextLong(1_500) * 10_000 + random.nextInt(2));
                var layout = random.nextInt(3) == 0 ? OTHER : LAYOUT;
                var values = layout.series().stream()
                        .mapToDouble(name -> at.toEpochMilli() % 2 == 0
                                ? at.toEpochMilli() % 100_000 / 100.0
                                : new Random(at.toEpochMilli() + name.hashCode()).nextDouble())
                        .toArray();
                batch.moment(layout, at, values);
                model.add(layout, at, values);
            }
            batches.add(batch);
        }
        var until = begin.plus(Duration.ofHours(5));
        // out of order, some twice
        var sending = new ArrayList<>(batches);
        sending.addAll(batches.subList(0, 200));
        Collections.shuffle(sending, random);
        store(sending);

        assertThat(raw(begin, until)).isEqualTo(model.points());

        closer.closeDue();
        assertThat(openHours()).isEmpty();
        assertThat(raw(begin, until)).isEqualTo(model.points());
        assertThat(raw(begin, until, "&name=load")).isEqualTo(model.points("load"::equals));
        assertThat(raw(begin.plusSeconds(5_000), begin.plusSeconds(9_000)))
                .isEqualTo(model.points(begin.plusSeconds(5_000), begin.plusSeconds(9_000)));

        // days later the agent's spool drains: a closed hour is written once more
        var late = TestBatch.of(tenant, agent).receivedAt(begin.plusSeconds(9_000));
        var at = begin.plusSeconds(1_234);
        late.moment(LAYOUT, at, 1, 2, 3).moment(LAYOUT, at, -1.5, Math.PI, 7);
        model.add(LAYOUT, at, -1.5, Math.PI, 7);
        store(late);
        assertThat(raw(begin, until)).isEqualTo(model.points());
        closer.closeDue();
        assertThat(openHours()).isEmpty();
        assertThat(raw(begin, until)).isEqualTo(model.points());

        // what says otherwise of a point that is known wins, what says the same changes nothing
        var first = model.points().get(TestBatch.series("load")).firstKey();
        store(TestBatch.of(tenant, agent)
                .receivedAt(begin.plusSeconds(9_001))
                .moment(OTHER, Instant.ofEpochMilli(first), 77, 78));
        model.add(OTHER, Instant.ofEpochMilli(first), 77, 78);
        closer.closeDue();
        closer.closeDue();
        assertThat(openHours()).isEmpty();
        assertThat(raw(begin, until)).isEqualTo(model.points());
        assertThat(count("metric_hour")).isBetween(5, 6);
    }

    @Test
    void everyIntervalAgreesWithPlainArithmetic() {
        var random = new Random(4);
        var model = new Model();
        var begin = hoursAgo(60).plus(Duration.ofMinutes(17)).plusMillis(250);
        intake.store(Map.of(tenant, List.of(LAYOUT)));
        var batches = new ArrayList<TestBatch>();
        for (var i = 0; i < 3_400; i++) {
            var at = begin.plusSeconds(61L * i).plusMillis(random.nextInt(900));
            var values = new double[] {random.nextInt(10_000) / 10_000.0, random.nextDouble(), 1_000.0 * i};
            batches.add(TestBatch.of(tenant, agent).receivedAt(at).moment(LAYOUT, at, values));
            model.add(LAYOUT, at, values);
        }
        store(batches);
        var until = begin.plus(Duration.ofHours(57)).plusSeconds(100);
        closer.closeDue();
        assertThat(openHours()).isEmpty();
        // late for an hour in the middle, and so fresh that nothing has closed it again
        var late = begin.plus(Duration.ofHours(20));
        store(TestBatch.of(tenant, agent).moment(LAYOUT, late, 9, 9, 9));
        model.add(LAYOUT, late, 9, 9, 9);

        for (var interval : Interval.values()) {
            if (interval == Interval.RAW) {
                continue;
            }
            var from = interval == Interval.TEN_SECONDS ? until.minus(Duration.ofHours(20)) : begin.plusSeconds(77);
            var answer = get(path(from, until, "&interval=" + interval.spelled()), token);
            assertThat(answer.status()).as(answer.raw()).isEqualTo(200);
            assertCurves(answer, model.buckets(from, until, interval));
            var one = get(path(from, until, "&interval=" + interval.spelled() + "&name=bytes"), token);
            assertCurves(one, model.buckets(from, until, interval, "bytes"::equals));
        }
    }

    @Test
    void aCounterIsReadAsRatesThatNeverFallBelowNothing() {
        var begin = hoursAgo(3);
        intake.store(Map.of(tenant, List.of(TestBatch.layout("counter"))));
        // 100 a second, begun anew from nothing after 10 minutes, over the end of an hour
        var batches = new ArrayList<TestBatch>();
        for (var i = 0; i <= 600; i++) {
            var at = begin.plusSeconds(10L * i);
            batches.add(TestBatch.of(tenant, agent)
                    .receivedAt(at)
                    .moment(TestBatch.layout("counter"), at, 1_000.0 * (i < 60 ? 5_000 + i : i - 59)));
        }
        store(batches);
        closer.closeDue();

        for (var interval : List.of("raw", "1m", "1h")) {
            var answer = get(path(begin, begin.plusSeconds(6_000), "&rate=true&interval=" + interval), token);

            var drawn = answer.body().get("series").get(0).get("points");
            assertThat(drawn.size())
                    .isEqualTo(Map.of("raw", 600, "1m", 100, "1h", 2).get(interval));
            for (var point : drawn) {
                assertThat(point.get(1).asDouble()).isEqualTo(100.0);
                assertThat(point.get(2).asDouble()).isEqualTo(100.0);
                assertThat(point.get(3).asDouble()).isEqualTo(100.0);
            }
        }
    }

    @Test
    void seriesAreChosenByNameAndLabel() {
        var at = hoursAgo(2);
        intake.store(Map.of(tenant, List.of(LAYOUT, OTHER)));
        store(TestBatch.of(tenant, agent).moment(LAYOUT, at, 1, 2, 3).moment(OTHER, at.plusSeconds(1), 4, 5));

        assertThat(names(at, "")).containsExactly("bytes{}", "cpu{mode=system}", "cpu{mode=user}", "load{}");
        assertThat(names(at, "&name=cpu")).containsExactly("cpu{mode=system}", "cpu{mode=user}");
        assertThat(names(at, "&name=cpu&label.mode=user")).containsExactly("cpu{mode=user}");
        assertThat(names(at, "&label.mode=user&label.mode=system")).hasSize(2);
        assertThat(names(at, "&label.mode=user&label.cpu=0")).isEmpty();
        assertThat(names(at, "&name=load&name=bytes")).containsExactly("bytes{}", "load{}");
        assertThat(names(at, "&name=nothing")).isEmpty();
    }

    @Test
    void autoGivesAtMostAThousandPoints() {
        var answer = get("/api/v1/agents/" + agent + "/metrics", token);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("interval")).isEqualTo("10s");
        assertThat(answer.text("agent_id")).isEqualTo(agent.toString());
        assertThat(answer.body().get("series").size()).isZero();
        assertThat(Duration.between(Instant.parse(answer.text("from")), Instant.parse(answer.text("to"))))
                .isEqualTo(Duration.ofHours(1));

        var now = hoursAgo(0);
        assertThat(get(path(now.minus(Duration.ofHours(24)), now, ""), token).text("interval"))
                .isEqualTo("5m");
        assertThat(get(path(now.minus(Duration.ofDays(30)), now, ""), token).text("interval"))
                .isEqualTo("1h");
        assertThat(get(path(now.minus(Duration.ofDays(900)), now, ""), token).text("interval"))
                .isEqualTo("1d");
        assertThat(get(path(now.minus(Duration.ofDays(1_100)), now, ""), token).status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "from=yesterday, from",
        "to=2026-13-01T00:00:00Z, to",
        "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z, from",
        "from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z, from",
        "from=-999999999-01-01T00:00:00Z, from",
        "to=%2B999999999-01-01T00:00:00Z, to",
        "interval=2m, interval",
        "rate=maybe, rate",
        "interval=10s&from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z, interval"
    })
    void aMalformedQuestionIsNamed(String query, String field) {
        var refused = get("/api/v1/agents/" + agent + "/metrics?" + query, token);

        assertThat(refused.status()).as(refused.raw()).isEqualTo(400);
        assertThat(refused.text("code")).isEqualTo("VALIDATION_ERROR");
        assertThat(refused.body().get("errors").get(0).get("field").asString()).isEqualTo(field);
    }

    @Test
    void nobodyElseSeesAnything() {
        var at = hoursAgo(30);
        intake.store(Map.of(tenant, List.of(LAYOUT)));
        store(TestBatch.of(tenant, agent).receivedAt(at).moment(LAYOUT, at, 1, 2, 3));
        closer.closeDue();
        store(TestBatch.of(tenant, agent).moment(LAYOUT, at, 1, 2, 3));
        var stranger = STACK.accessToken(STACK.newUser(UuidV7.next(), "owner"));

        assertThat(get("/api/v1/agents/" + agent + "/metrics", token).status()).isEqualTo(200);
        var refused = get("/api/v1/agents/" + agent + "/metrics", stranger);
        assertThat(refused.status()).isEqualTo(404);
        assertThat(refused.text("code")).isEqualTo("NOT_FOUND");
        assertThat(get("/api/v1/agents/" + UuidV7.next() + "/metrics", token).status())
                .isEqualTo(404);
        assertThat(get("/api/v1/agents/" + agent + "/metrics", null).status()).isEqualTo(401);
        for (var table : List.of("metric_layout", "metric_batch", "metric_hour", "metric_day")) {
            assertThat(seen(table)).as("%s without a scope", table).isZero();
            assertThat(TenantScope.within(new TenantId(UuidV7.next()), () -> seen(table)))
                    .as("%s to a stranger", table)
                    .isZero();
            assertThat(TenantScope.within(tenant, () -> seen(table)))
                    .as("%s to its own", table)
                    .isPositive();
        }
        var partition =
                "metric_batch_" + LocalDate.now(ZoneOffset.UTC).toString().replace("-", "");
        assertThatThrownBy(() -> TenantScope.everyTenant(() -> seen(partition)))
                .hasMessageContaining(partition)
                .rootCause()
                .hasMessageContaining("permission denied");
    }

    @Test
    void noTableOrPartitionIsWithoutRowLevelSecurity() {
        var open = jdbc.sql("""
                        select relname from pg_class
                        where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
                          and relname like 'metric%' and not (relrowsecurity and relforcerowsecurity)
                        """).query(String.class).list();
        var partitions = jdbc.sql("select count(*) from pg_inherits where inhparent = 'metric_batch'::regclass")
                .query(Integer.class)
                .single();

        assertThat(open).isEmpty();
        assertThat(partitions).isGreaterThanOrEqualTo(11);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "select metric_partition_make('agent', current_date) | no table of metrics",
                "select metric_partition_make('metric_batch; drop table agent', current_date) | no table of metrics",
                "select metric_partition_make(null, current_date) | no table of metrics",
                "select metric_partition_make('metric_batch', current_date + 501) | no day",
                "select metric_partition_make('metric_batch', null) | no day",
                "select metric_partition_drop('metric_hour', current_date - 1) | never dropped",
                "select metric_partition_drop('metric_hour', null) | never dropped",
                "drop table metric_batch | must be owner",
                "delete from metric_hour | permission denied"
            })
    void theServicesRoleCannotDoMoreThanItMust(String sql, String reason) {
        assertThatThrownBy(() -> jdbc.sql(sql).query().listOfRows()).rootCause().hasMessageContaining(reason);
    }

    @Test
    void partitionsAreDroppedWhenTheirTimeIsOver() {
        var day = LocalDate.now(ZoneOffset.UTC).minusDays(450);
        var name = "metric_hour_" + day.toString().replace("-", "");

        assertThat(make("metric_hour", day)).isTrue();
        assertThat(make("metric_hour", day)).isFalse();
        assertThat(tables(name)).isEqualTo(1);
        var dropped = jdbc.sql("select metric_partition_drop('metric_hour', ?)")
                .param(day.plusDays(1))
                .query(Integer.class)
                .single();

        assertThat(dropped).isEqualTo(1);
        assertThat(tables(name)).isZero();
    }

    @Test
    void whileTheDatabaseIsAwayBatchesWait() throws Exception {
        var at = Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.MILLIS);
        intake.store(Map.of(tenant, List.of(LAYOUT)));
        database(false);
        try {
            send(TestBatch.of(tenant, agent).moment(LAYOUT, at, 1, 2, 3).toSend());
            send(TestBatch.of(tenant, agent)
                    .moment(LAYOUT, at.plusSeconds(1), 4, 5, 6)
                    .toSend());
            await("that it is missed")
                    .atMost(PATIENCE)
                    .until(() ->
                            get("/api/v1/agents/" + agent + "/metrics", token).status() == 503);
        } finally {
            database(true);
        }

        await("both batches").atMost(PATIENCE).until(() -> count("metric_batch") == 2);
        assertThat(raw(at, at.plusSeconds(2)).get(TestBatch.series("bytes")))
                .isEqualTo(points(at, 3, at.plusSeconds(1), 6));
    }

    @Test
    void theRouteIsDocumented() {
        var answer = get("/v3/api-docs", null);

        var route =
                answer.body().get("paths").get("/api/v1/agents/{id}/metrics").get("get");
        assertThat(route.get("parameters").valueStream().map(one -> one.get("name")
                        .asString()))
                .containsExactlyInAnyOrder("id", "from", "to", "interval", "rate", "name", "label.<key>");
    }

    /// What was stored, in the plainest form.
    private static final class Model {
        private final Map<SeriesName, TreeMap<Long, Double>> series = new HashMap<>();

        void add(SeriesLayout layout, Instant at, double... values) {
            for (var i = 0; i < values.length; i++) {
                series.computeIfAbsent(layout.series().get(i), _ -> new TreeMap<>())
                        .put(at.toEpochMilli(), values[i]);
            }
        }

        Map<SeriesName, TreeMap<Long, Double>> points() {
            return points(_ -> true);
        }

        Map<SeriesName, TreeMap<Long, Double>> points(Predicate<String> names) {
            var chosen = new HashMap<>(series);
            chosen.keySet().removeIf(name -> !names.test(name.name()));
            return chosen;
        }

        Map<SeriesName, TreeMap<Long, Double>> points(Instant from, Instant to) {
            var chosen = new HashMap<SeriesName, TreeMap<Long, Double>>();
            series.forEach((name, points) ->
                    chosen.put(name, new TreeMap<>(points.subMap(from.toEpochMilli(), to.toEpochMilli()))));
            chosen.values().removeIf(TreeMap::isEmpty);
            return chosen;
        }

        Map<SeriesName, TreeMap<Long, double[]>> buckets(Instant from, Instant to, Interval interval) {
            return buckets(from, to, interval, _ -> true);
        }

        Map<SeriesName, TreeMap<Long, double[]>> buckets(
                Instant from, Instant to, Interval interval, Predicate<String> names) {
            var buckets = new HashMap<SeriesName, TreeMap<Long, double[]>>();
            points(from, to).forEach((name, points) -> {
                if (!names.test(name.name())) {
                    return;
                }
                var values = new TreeMap<Long, List<Double>>();
                points.forEach(
                        (time, value) -> values.computeIfAbsent(time - time % interval.millis(), _ -> new ArrayList<>())
                                .add(value));
                var ofSeries = new TreeMap<Long, double[]>();
                values.forEach((time, inside) -> ofSeries.put(time, new double[] {
                    inside.stream().mapToDouble(Double::doubleValue).average().orElseThrow(),
                    Collections.min(inside),
                    Collections.max(inside)
                }));
                buckets.put(name, ofSeries);
            });
            return buckets;
        }
    }

    private static void assertCurves(Answer answer, Map<SeriesName, TreeMap<Long, double[]>> expected) {
        assertThat(answer.body().get("series").size()).isEqualTo(expected.size());
        for (var series : answer.body().get("series")) {
            var name = name(series);
            var wanted = expected.get(name);
            assertThat(wanted).as(name.toString()).isNotNull();
            assertThat(series.get("points").size()).as(name.toString()).isEqualTo(wanted.size());
            for (var point : series.get("points")) {
                var bucket = wanted.get(point.get(0).asLong());
                assertThat(bucket).as("%s at %s", name, point.get(0)).isNotNull();
                assertThat(point.get(1).asDouble()).isCloseTo(bucket[0], withPercentage(1e-9));
                assertThat(point.get(2).asDouble()).isEqualTo(bucket[1]);
                assertThat(point.get(3).asDouble()).isEqualTo(bucket[2]);
            }
        }
    }

    private void store(TestBatch... batches) {
        store(List.of(batches));
    }

    /// As the listener does with a poll.
    private void store(List<TestBatch> batches) {
        for (var i = 0; i < batches.size(); i += POLL) {
            intake.store(batches.subList(i, Math.min(batches.size(), i + POLL)).stream()
                    .map(batch -> intake.read(batch.toRecord()))
                    .toList());
        }
    }

    private void send(ProducerRecord<String, byte[]> record) throws Exception {
        kafka.send(record).get(10, TimeUnit.SECONDS);
    }

    private Map<SeriesName, TreeMap<Long, Double>> raw(Instant from, Instant to) {
        return raw(from, to, "");
    }

    private Map<SeriesName, TreeMap<Long, Double>> raw(Instant from, Instant to, String more) {
        var answer = get(path(from, to, "&interval=raw" + more), token);
        assertThat(answer.status()).as(answer.raw()).isEqualTo(200);
        var curves = new HashMap<SeriesName, TreeMap<Long, Double>>();
        for (var series : answer.body().get("series")) {
            var points = new TreeMap<Long, Double>();
            for (var point : series.get("points")) {
                assertThat(point.get(2)).isEqualTo(point.get(1));
                assertThat(point.get(3)).isEqualTo(point.get(1));
                assertThat(points.put(point.get(0).asLong(), point.get(1).asDouble()))
                        .isNull();
            }
            curves.put(name(series), points);
        }
        return curves;
    }

    private List<String> names(Instant at, String choice) {
        return raw(at, at.plusSeconds(60), choice).isEmpty()
                ? List.of()
                : get(path(at, at.plusSeconds(60), "&interval=raw" + choice), token)
                        .body()
                        .get("series")
                        .valueStream()
                        .map(series -> name(series).name() + name(series).labels())
                        .toList();
    }

    private static SeriesName name(JsonNode series) {
        var labels = new TreeMap<String, String>();
        series.get("labels")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asString()));
        return new SeriesName(series.get("name").asString(), labels);
    }

    private static TreeMap<Long, Double> points(Object... timesAndValues) {
        var points = new TreeMap<Long, Double>();
        for (var i = 0; i < timesAndValues.length; i += 2) {
            points.put(((Instant) timesAndValues[i]).toEpochMilli(), ((Number) timesAndValues[i + 1]).doubleValue());
        }
        return points;
    }

    private String path(Instant from, Instant to, String more) {
        return "/api/v1/agents/%s/metrics?from=%s&to=%s%s".formatted(agent, from, to, more);
    }

    private static Instant hoursAgo(int hours) {
        return Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(hours + 1));
    }

    private List<String> deadLetters(String key, int expected) {
        var causes = new ArrayList<String>();
        try (var consumer = consumers.createConsumer("test-" + UuidV7.next(), null)) {
            consumer.subscribe(List.of(Topics.TELEMETRY_METRICS + Topics.DEAD_LETTER_SUFFIX));
            await("the dead letters").atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (key.equals(record.key())) {
                        causes.add(new String(
                                record.headers()
                                        .lastHeader("kafka_dlt-exception-message")
                                        .value(),
                                StandardCharsets.UTF_8));
                    }
                });
                return causes.size() >= expected;
            });
        }
        return causes;
    }

    private List<Instant> openHours() {
        return TenantScope.within(
                tenant,
                () -> transaction.execute(
                        _ -> jdbc.sql("select distinct date_trunc('hour', at) from metric_batch where agent_id = ?")
                                .param(agent)
                                .query((row, _) -> row.getTimestamp(1).toInstant())
                                .list()));
    }

    private int count(String table) {
        return TenantScope.within(
                tenant,
                () -> transaction.execute(_ -> jdbc.sql("select count(*) from %s where agent_id = ?".formatted(table))
                        .param(agent)
                        .query(Integer.class)
                        .single()));
    }

    private <T> T scalar(String sql, Class<T> type) {
        return TenantScope.within(
                tenant,
                () -> transaction.execute(
                        _ -> jdbc.sql(sql).param(agent).query(type).single()));
    }

    private Integer seen(String table) {
        return transaction.execute(_ ->
                jdbc.sql("select count(*) from " + table).query(Integer.class).single());
    }

    private boolean make(String table, LocalDate day) {
        return jdbc.sql("select metric_partition_make(?, ?)")
                .params(table, day)
                .query(Boolean.class)
                .single();
    }

    private int tables(String name) {
        return jdbc.sql("select count(*) from pg_class where relname = ?")
                .param(name)
                .query(Integer.class)
                .single();
    }

    /// Shuts the service's database or opens it again, as a failing server would.
    private void database(boolean open) throws SQLException {
        var url = environment.getRequiredProperty("WARDROOM_DB_URL");
        var name = url.substring(url.lastIndexOf('/') + 1);
        try (var connection = DriverManager.getConnection(
                        STACK.jdbcUrl("postgres"), STACK.postgresSuperuser(), STACK.postgresPassword());
                var statement = connection.createStatement()) {
            statement.execute("alter database \"%s\" allow_connections %s".formatted(name, open));
            if (!open) {
                statement.execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity where datname = '%s'".formatted(name));
            }
        }
    }

    private void addAgent(TenantId owner, UUID id) {
        TenantScope.everyTenant(() -> transaction.executeWithoutResult(_ -> {
            jdbc.sql("""
                            insert into agent (id, tenant_id, machine_id, hostname, labels, tags, token_sha256, first_seen_at, version)
                            values (:id, :tenant, :machine, 'host', '{}', '{}', :machine, now(), 1)
                            """)
                    .param("id", id)
                    .param("tenant", owner.value())
                    .param("machine", id.toString())
                    .update();
            jdbc.sql("""
                            insert into agent_presence (agent_id, tenant_id, last_seen_at, online_since)
                            values (:id, :tenant, timestamptz 'epoch', timestamptz 'epoch')
                            """).param("id", id).param("tenant", owner.value()).update();
        }));
    }

    private record Answer(int status, String raw, JsonNode body) {
        String text(String field) {
            return body.get(field).asString();
        }
    }

    private Answer get(String path, String bearer) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20));
        if (bearer != null) {
            request.header("Authorization", "Bearer " + bearer);
        }
        try {
            var answer = http.send(request.build(), BodyHandlers.ofString());
            return new Answer(answer.statusCode(), answer.body(), json.readTree(answer.body()));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }
}
