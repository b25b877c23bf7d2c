package io.wardroom.fleet.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;
import static org.awaitility.Awaitility.await;

import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.telemetry.SeriesLayout;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.OnRealServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
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
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What is kept of telemetry, for how long, and whether what is read of it is what was sent.
class RetentionTest extends OnRealServers {
    private static final SeriesLayout LAYOUT = TestBatch.layout("cpu{mode=user}", "load", "bytes");

    /// Further than that no neighbour of the last point is looked for.
    private static final long RATE_REACH_MILLIS = Duration.ofMinutes(5).toMillis();

    private static TenantId tenant;
    private static TenantId other;
    private static String admin;
    private static String viewer;
    private static String stranger;

    private final HttpClient http = HttpClient.newHttpClient();
    private final UUID agent = UuidV7.next();

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private ConsumerFactory<?, ?> consumers;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private JsonMapper json;

    @Autowired
    private Intake intake;

    @Autowired
    private HourCloser closer;

    @Autowired
    private Sweeper sweeper;

    @BeforeAll
    static void twoTenants() {
        tenant = new TenantId(UuidV7.next());
        other = new TenantId(UuidV7.next());
        admin = STACK.accessToken(STACK.newUser(tenant.value(), "admin"));
        viewer = STACK.accessToken(STACK.newUser(tenant.value(), "viewer"));
        stranger = STACK.accessToken(STACK.newUser(other.value(), "owner"));
    }

    @Test
    void whatIsStoredIsCountedOnceAndToldToItsTenantAlone() {
        var counted = new TenantId(UuidV7.next());
        var owner = STACK.accessToken(STACK.newUser(counted.value(), "owner"));
        addAgent(counted, agent);
        intake.store(Map.of(counted, List.of(LAYOUT)));
        var at = hoursAgo(3);
        // two hours, so two rows, of one batch
        var first = TestBatch.of(counted, agent)
                .receivedAt(at)
                .moment(LAYOUT, at, 1, 2, 3)
                .moment(LAYOUT, at.minusSeconds(1), 4, 5, Math.PI);
        var second = TestBatch.of(counted, agent).receivedAt(at).moment(LAYOUT, at.plusSeconds(15), 7, 8, 9);

        store(first, first, second);
        store(first);
        store(TestBatch.of(counted, UuidV7.next()).moment(LAYOUT, at, 1, 2, 3));

        var today = LocalDate.now(ZoneOffset.UTC).toString();
        var usage = get("/api/v1/usage", owner);
        assertThat(usage.status()).as(usage.raw()).isEqualTo(200);
        assertThat(usage.body().get("agents").asInt()).isEqualTo(1);
        var batches = 0;
        var points = 0;
        var bytes = 0L;
        for (var day : usage.body().get("days")) {
            // by the time of the batch's receipt, which midnight may part
            assertThat(day.get("day").asString())
                    .isBetween(LocalDate.parse(today).minusDays(1).toString(), today);
            batches += day.get("batches").asInt();
            points += day.get("points").asInt();
            bytes += day.get("bytes").asLong();
        }
        assertThat(batches).isEqualTo(2);
        assertThat(points).isEqualTo(9);
        // one or two bytes a short decimal, nine a double with what announces it
        assertThat(bytes).isEqualTo(3 + 13 + 6);
        var quota = usage.body().get("quotas").get("bytes_per_day").asLong();
        assertThat(usage.body().get("left").get("bytes_today").asLong()).isBetween(quota - bytes, quota);
        assertThat(get("/api/v1/usage", stranger).body().get("days").size()).isZero();
        closer.closeDue();
        assertThat(get("/api/v1/usage", owner).body().get("series").asInt()).isEqualTo(3);
    }

    @Test
    void onlyWhoAdministersSeesUsageAndRetention() {
        for (var path : List.of("/api/v1/usage", "/api/v1/usage/retention")) {
            assertThat(get(path, viewer).status()).isEqualTo(403);
            assertThat(get(path, null).status()).isEqualTo(401);
            assertThat(get(path, admin).status()).isEqualTo(200);
        }
        assertThat(put("{\"raw_days\": 10, \"hourly_days\": 10}", viewer).status())
                .isEqualTo(403);
    }

    @Test
    void aTenantSetsItsOwnRetention() {
        var own = new TenantId(UuidV7.next());
        var owner = STACK.accessToken(STACK.newUser(own.value(), "owner"));
        assertThat(get("/api/v1/usage/retention", owner).body().get("raw_days").asInt())
                .isEqualTo(30);

        var set = put("{\"raw_days\": 14, \"hourly_days\": 100}", owner);

        assertThat(set.status()).as(set.raw()).isEqualTo(200);
        var answer = get("/api/v1/usage/retention", owner).body();
        assertThat(answer.get("raw_days").asInt()).isEqualTo(14);
        assertThat(answer.get("hourly_days").asInt()).isEqualTo(100);
        assertThat(get("/api/v1/usage/retention", stranger)
                        .body()
                        .get("raw_days")
                        .asInt())
                .isEqualTo(30);
        try (var consumer = consumers.createConsumer("test-" + UuidV7.next(), null)) {
            consumer.subscribe(List.of(Topics.AUDIT_ACTIONS));
            var deeds = new ArrayList<String>();
            await("the deed").atMost(Duration.ofSeconds(30)).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (own.toString().equals(record.key())) {
                        deeds.add(json.readTree((byte[]) record.value())
                                .path("action")
                                .asString());
                    }
                });
                return !deeds.isEmpty();
            });
            assertThat(deeds).containsExactly("set_retention");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"raw_days\": 1, \"hourly_days\": 10} | raw_days",
                "{\"hourly_days\": 10} | raw_days",
                "{\"raw_days\": 100000, \"hourly_days\": 10} | raw_days",
                "{\"raw_days\": 91, \"hourly_days\": 100} | raw_days",
                "{\"raw_days\": 10, \"hourly_days\": 801} | hourly_days",
                "{\"raw_days\": 10, \"hourly_days\": 9} | hourly_days",
                "{\"raw_days\": 10, \"hourly_days\": 10, \"days\": 3} | days",
                "{\"raw_days\": \"many\", \"hourly_days\": 10} | raw_days"
            })
    void aRetentionThatCannotBeIsNamed(String body, String field) {
        var refused = put(body, admin);

        assertThat(refused.status()).as(refused.raw()).isEqualTo(400);
        assertThat(refused.body().get("code").asString()).isEqualTo("VALIDATION_ERROR");
        assertThat(refused.body().get("errors").get(0).get("field").asString()).isEqualTo(field);
    }

    @Test
    void rowsOfATenantThatKeepsLessGoBeforeTheirPartition() {
        var shorter = new TenantId(UuidV7.next());
        var usual = new TenantId(UuidV7.next());
        var owner = STACK.accessToken(STACK.newUser(shorter.value(), "owner"));
        assertThat(put("{\"raw_days\": 9, \"hourly_days\": 20}", owner).status())
                .isEqualTo(200);
        var today = LocalDate.now(ZoneOffset.UTC);
        for (var one : List.of(shorter, usual)) {
            var id = UuidV7.next();
            for (var daysAgo : new int[] {3, 9, 10, 21, 25}) {
                hour(one, id, today.minusDays(daysAgo));
            }
        }

        assertThat(sweeper.sweep()).isEqualTo(5);

        assertThat(days("metric_hour", "(hour at time zone 'UTC')::date", shorter))
                .containsExactly(today.minusDays(9), today.minusDays(3));
        assertThat(days("metric_day", "day", shorter))
                .containsExactly(today.minusDays(10), today.minusDays(9), today.minusDays(3));
        assertThat(days("metric_hour", "(hour at time zone 'UTC')::date", usual))
                .hasSize(5);
        assertThat(days("metric_day", "day", usual)).hasSize(5);
        // and nobody is looked after twice in half a day
        hour(shorter, UuidV7.next(), today.minusDays(12));
        assertThat(sweeper.sweep()).isZero();
        // later it is: what came late to a day that was swept goes too
        TenantScope.everyTenant(() -> transaction.executeWithoutResult(
                _ -> jdbc.sql("update retention_sweep set swept_at = swept_at - interval '1 day'")
                        .update()));
        assertThat(sweeper.sweep()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'agent', current_date - 5 | no table of metrics",
                "'metric_hour', current_date | never removed",
                "'metric_hour', null | never removed"
            })
    void theServicesRoleRemovesNothingElse(String arguments, String reason) {
        var next = arguments.substring(arguments.indexOf(',') + 1);
        var sql = "select metric_expire(%s, gen_random_uuid(), current_date - 9, %s, 100)"
                .formatted(arguments.substring(0, arguments.indexOf(',')), next);
        assertThatThrownBy(() -> jdbc.sql(sql).query().listOfRows()).rootCause().hasMessageContaining(reason);
    }

    @Test
    void whatComesADayLateAndInDisorderLandsInItsRollUps() {
        addAgent(tenant, agent);
        intake.store(Map.of(tenant, List.of(LAYOUT)));
        var hour = hoursAgo(26);
        var batches = new ArrayList<TestBatch>();
        for (var i = 0; i < 240; i++) {
            var at = hour.plusSeconds(15L * i);
            batches.add(TestBatch.of(tenant, agent).receivedAt(at).moment(LAYOUT, at, i, -i, 1));
        }
        var late = new ArrayList<>(batches.subList(60, 200));
        batches.removeAll(late);
        store(batches.toArray(TestBatch[]::new));
        closer.closeDue();
        Collections.shuffle(late, new Random(24));

        late.forEach(batch -> batch.receivedAt(Instant.now().minus(Duration.ofMinutes(10))));
        store(late.toArray(TestBatch[]::new));
        closer.closeDue();

        var hourly = curve(hour, hour.plusSeconds(3_600), "&interval=1h&name=load");
        assertThat(hourly.size()).isEqualTo(1);
        assertThat(hourly.get(0).get(1).asDouble()).isCloseTo(-119.5, withPercentage(1e-9));
        assertThat(hourly.get(0).get(2).asDouble()).isEqualTo(-239);
        assertThat(hourly.get(0).get(3).asDouble()).isZero();
        var minutes = curve(hour, hour.plusSeconds(3_600), "&interval=1m&name=load");
        assertThat(minutes.size()).isEqualTo(60);
        for (var i = 0; i < 60; i++) {
            assertThat(minutes.get(i).get(0).asLong()).isEqualTo(hour.toEpochMilli() + 60_000L * i);
            assertThat(minutes.get(i).get(2).asDouble()).isEqualTo(-4 * i - 3);
            assertThat(minutes.get(i).get(3).asDouble()).isEqualTo(-4 * i);
        }
    }

    @Test
    void midnightPartsPartitionsAndNothingElse() {
        addAgent(tenant, agent);
        intake.store(Map.of(tenant, List.of(LAYOUT)));
        var midnight = Instant.now().truncatedTo(ChronoUnit.DAYS).minus(Duration.ofDays(2));
        store(TestBatch.of(tenant, agent)
                .receivedAt(midnight)
                .moment(LAYOUT, midnight.minusMillis(1), 1, 1, 1)
                .moment(LAYOUT, midnight, 2, 2, 2)
                .moment(LAYOUT, midnight.plusMillis(1), 3, 3, 3));

        for (var closed = 0; closed < 2; closed++) {
            assertThat(curve(midnight.minusSeconds(1), midnight.plusSeconds(1), "&interval=raw&name=load")
                            .size())
                    .isEqualTo(3);
            var days = curve(midnight.minusSeconds(86_400), midnight.plusSeconds(86_400), "&interval=1d&name=load");
            assertThat(days.size()).isEqualTo(2);
            assertThat(days.get(0).get(1).asDouble()).isEqualTo(1);
            assertThat(days.get(1).get(1).asDouble()).isEqualTo(2.5);
            closer.closeDue();
        }
    }

    @Test
    void aDayOfSeveralAgentsIsReadAsPlainSqlReadsIt() throws SQLException {
        var random = new Random(8);
        var agents = List.of(UuidV7.next(), UuidV7.next(), UuidV7.next());
        var begin = hoursAgo(27);
        intake.store(Map.of(tenant, List.of(LAYOUT)));
        try (var connection = DriverManager.getConnection(
                STACK.jdbcUrl("postgres"), STACK.postgresSuperuser(), STACK.postgresPassword())) {
            try (var statement = connection.createStatement()) {
                statement.execute("create temp table point (agent uuid, series text, at bigint, value float8)");
            }
            for (var one : agents) {
                addAgent(tenant, one);
                var batches = new ArrayList<TestBatch>();
                var times = new ArrayList<Long>();
                var values = new ArrayList<double[]>();
                var counter = 0.0;
                for (var at = begin; at.isBefore(begin.plus(Duration.ofHours(24))); ) {
                    // now and then nothing is heard for a while, and a counter begins anew
                    at = at.plusMillis(random.nextInt(300) == 0 ? 1_800_000 : 14_000 + random.nextInt(2_000));
                    counter = random.nextInt(500) == 0 ? 0 : counter + random.nextInt(100_000);
                    var measured = new double[] {random.nextDouble(), random.nextInt(1_000) / 100.0, counter};
                    batches.add(TestBatch.of(tenant, one).receivedAt(at).moment(LAYOUT, at, measured));
                    times.add(at.toEpochMilli());
                    values.add(measured);
                }
                Collections.shuffle(batches, random);
                store(batches.subList(0, batches.size() / 2).toArray(TestBatch[]::new));
                closer.closeDue();
                store(batches.subList(batches.size() / 2, batches.size()).toArray(TestBatch[]::new));
                insert(connection, one, times, values);
            }
            // some hours closed, some closed twice, some still open
            closer.closeDue();

            for (var one : agents) {
                for (var interval : List.of(Interval.MINUTE, Interval.FIVE_MINUTES, Interval.HOUR)) {
                    for (var rate : new boolean[] {false, true}) {
                        var from = begin.plusSeconds(random.nextInt(7_200));
                        var to = from.plus(Duration.ofHours(20));
                        var expected = expected(connection, one, from, to, interval, rate);
                        var answer = get(
                                "/api/v1/agents/%s/metrics?from=%s&to=%s&interval=%s&rate=%s"
                                        .formatted(one, from, to, interval.spelled(), rate),
                                viewer);
                        assertThat(answer.status()).as(answer.raw()).isEqualTo(200);
                        assertThat(answer.body().get("series").size()).isEqualTo(3);
                        for (var series : answer.body().get("series")) {
                            var buckets = expected.get(series.get("name").asString());
                            assertThat(series.get("points").size()).isEqualTo(buckets.size());
                            for (var point : series.get("points")) {
                                var bucket = buckets.get(point.get(0).asLong());
                                assertThat(bucket).isNotNull();
                                for (var i = 0; i < 3; i++) {
                                    assertThat(point.get(i + 1).asDouble()).isCloseTo(bucket[i], withPercentage(1e-7));
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private static void insert(Connection connection, UUID agent, List<Long> times, List<double[]> values)
            throws SQLException {
        try (var statement =
                connection.prepareStatement("insert into point select ?, ?, * from unnest(?::bigint[], ?::float8[])")) {
            for (var i = 0; i < LAYOUT.series().size(); i++) {
                var position = i;
                statement.setObject(1, agent);
                statement.setString(2, LAYOUT.series().get(i).name());
                statement.setArray(3, connection.createArrayOf("int8", times.toArray()));
                statement.setArray(
                        4,
                        connection.createArrayOf(
                                "float8",
                                values.stream().map(one -> one[position]).toArray()));
                statement.execute();
            }
        }
    }

    /// Average, least and greatest of each bucket, by series; a rate is that to the next point, at the time of the
    // earlier.
    private static Map<String, Map<Long, double[]>> expected(
            Connection connection, UUID agent, Instant from, Instant to, Interval interval, boolean rate)
            throws SQLException {
        var values = rate
                ? """
                        select series, at, span / 1000.0 as weight,
                            (case when next >= value then next - value else next end) / (span / 1000.0) as value
                        from (select series, at, value, lead(value) over later as next, lead(at) over later - at as span
                              from point where agent = ? window later as (partition by series order by at)) neighbours
                        where next is not null and at + span < %d
                        """.formatted(to.toEpochMilli() + RATE_REACH_MILLIS)
                : "select series, at, 1 as weight, value from point where agent = ?";
        var sql = """
                select series, at / ? * ? as bucket, sum(value * weight) / sum(weight), min(value), max(value)
                from (%s) points where at >= ? and at < ? group by 1, 2
                """.formatted(values);
        try (var statement = connection.prepareStatement(sql)) {
            statement.setLong(1, interval.millis());
            statement.setLong(2, interval.millis());
            statement.setObject(3, agent);
            statement.setLong(4, from.toEpochMilli());
            statement.setLong(5, to.toEpochMilli());
            var buckets = new HashMap<String, Map<Long, double[]>>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    buckets.computeIfAbsent(rows.getString(1), _ -> new HashMap<>())
                            .put(rows.getLong(2), new double[] {rows.getDouble(3), rows.getDouble(4), rows.getDouble(5)
                            });
                }
            }
            return buckets;
        }
    }

    /// A closed hour and the roll-ups of its day, of a tenant that stored something today.
    private void hour(TenantId owner, UUID id, LocalDate day) {
        TenantScope.everyTenant(() -> transaction.executeWithoutResult(_ -> {
            for (var table : List.of("metric_hour", "metric_day")) {
                jdbc.sql("select metric_partition_make(?, ?)")
                        .params(table, day)
                        .query(Boolean.class)
                        .single();
            }
            jdbc.sql(
                            "insert into metric_hour (tenant_id, agent_id, hour, layout_id, offsets, chunks)"
                                    + " values (?, ?, (?::date + interval '5 hours') at time zone 'UTC', '\\x00', '{0}', '\\x00')")
                    .params(owner.value(), id, day)
                    .update();
            jdbc.sql("insert into metric_day (tenant_id, agent_id, day, layout_id, offsets, chunks)"
                            + " values (?, ?, ?, '\\x00', '{0}', '\\x00')")
                    .params(owner.value(), id, day)
                    .update();
            jdbc.sql("insert into usage_day values (?, current_date, 99, 0, 0, 0) on conflict do nothing")
                    .param(owner.value())
                    .update();
        }));
    }

    private List<LocalDate> days(String table, String column, TenantId owner) {
        return TenantScope.within(
                owner,
                () -> transaction.execute(_ -> jdbc.sql("select %2$s from %1$s order by 1".formatted(table, column))
                        .query(LocalDate.class)
                        .list()));
    }

    private JsonNode curve(Instant from, Instant to, String more) {
        var answer = get("/api/v1/agents/%s/metrics?from=%s&to=%s%s".formatted(agent, from, to, more), viewer);
        assertThat(answer.status()).as(answer.raw()).isEqualTo(200);
        return answer.body().get("series").get(0).get("points");
    }

    private void store(TestBatch... batches) {
        for (var i = 0; i < batches.length; i += 500) {
            intake.store(List.of(batches).subList(i, Math.min(batches.length, i + 500)).stream()
                    .map(batch -> intake.read(batch.toRecord()))
                    .toList());
        }
    }

    private static Instant hoursAgo(int hours) {
        return Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(hours));
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

    private record Answer(int status, String raw, JsonNode body) {}

    private Answer get(String path, String bearer) {
        return send(HttpRequest.newBuilder(uri(path)), bearer);
    }

    private Answer put(String body, String bearer) {
        return send(
                HttpRequest.newBuilder(uri("/api/v1/usage/retention"))
                        .header("Content-Type", "application/json")
                        .PUT(HttpRequest.BodyPublishers.ofString(body)),
                bearer);
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private Answer send(HttpRequest.Builder request, String bearer) {
        request.timeout(Duration.ofSeconds(20));
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
