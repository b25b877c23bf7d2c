package io.wardroom.fleet.telemetry;

import io.wardroom.common.event.UuidV7;
import io.wardroom.common.telemetry.SeriesLayout;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.OnRealServers;
import io.wardroom.fleet.telemetry.hour.HourCodec;
import io.wardroom.fleet.telemetry.hour.Points;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/// Measures how long 24 h of all series of one of many agents take to read, at fixed times (open loop). No test: it is
/// run by name, see bench/README.md.
class ReadBench extends OnRealServers {
    private static final int SERIES = 61;
    private static final int HOURS = 24;
    private static final int AGENTS = Integer.getInteger("bench.agents", 10_000);
    private static final int STEP_SECONDS = Integer.getInteger("bench.step", 60);
    private static final int PER_SECOND = Integer.getInteger("bench.rate", 20);
    private static final int WARM_UP_SECONDS = Integer.getInteger("bench.warm-up", 120);
    private static final int SECONDS = Integer.getInteger("bench.seconds", 60);
    private static final String INTERVAL = System.getProperty("bench.interval", "auto");
    private static final int TEMPLATES = 20;

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private Intake intake;

    @Autowired
    private ClosedHours hours;

    @Autowired
    private Partitions partitions;

    private final TenantId tenant = new TenantId(UuidV7.next());
    private final Random random = new Random(1);

    @Test
    void readsADayOfAllSeries() throws Exception {
        var end = Instant.now().truncatedTo(ChronoUnit.HOURS);
        var begin = end.minus(Duration.ofHours(HOURS));
        var token = STACK.accessToken(STACK.newUser(tenant.value(), "viewer"));
        var agents = seed(begin);

        run(agents, token, begin, end, WARM_UP_SECONDS);
        var all = run(agents, token, begin, end, SECONDS);
        var nanos = Arrays.stream(all).filter(one -> one >= 0).sorted().toArray();
        System.out.printf(
                "%d agents, %d series, a point each %d s, interval=%s, %d/s: p50 %.1f ms, p99 %.1f ms, max %.1f ms, refused %d%n",
                AGENTS,
                SERIES,
                STEP_SECONDS,
                INTERVAL,
                PER_SECOND,
                percentile(nanos, 0.5),
                percentile(nanos, 0.99),
                percentile(nanos, 1),
                all.length - nanos.length);
    }

    private static double percentile(long[] sorted, double part) {
        return sorted[(int) Math.min(sorted.length - 1, (long) (sorted.length * part))] / 1e6;
    }

    /// A request's time counts from the moment at which it was to be sent.
    private long[] run(List<UUID> agents, String token, Instant begin, Instant end, int seconds) throws Exception {
        var answers = new ArrayList<CompletableFuture<Long>>();
        try (var http = HttpClient.newHttpClient();
                var clock = Executors.newScheduledThreadPool(1)) {
            var start = System.nanoTime() + 100_000_000;
            for (var i = 0; i < seconds * PER_SECOND; i++) {
                var due = start + i * 1_000_000_000L / PER_SECOND;
                var request = HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:%d/api/v1/agents/%s/metrics?from=%s&to=%s&interval=%s"
                                        .formatted(
                                                port, agents.get(random.nextInt(agents.size())), begin, end, INTERVAL)))
                        .header("Authorization", "Bearer " + token)
                        .timeout(Duration.ofSeconds(20))
                        .build();
                var answered = new CompletableFuture<Long>();
                clock.schedule(
                        () -> http.sendAsync(request, BodyHandlers.ofByteArray())
                                .whenComplete((answer, fault) -> {
                                    // what is refused was not read: it is counted, and no time of it
                                    answered.complete(
                                            fault != null || answer.statusCode() != 200 ? -1 : System.nanoTime() - due);
                                }),
                        due - System.nanoTime(),
                        TimeUnit.NANOSECONDS);
                answers.add(answered);
            }
            return answers.stream().mapToLong(CompletableFuture::join).toArray();
        }
    }

    private List<UUID> seed(Instant begin) {
        var names = IntStream.range(0, SERIES)
                .mapToObj(i -> "series.%02d{device=d%d}".formatted(i, i % 7))
                .toArray(String[]::new);
        var layout = TestBatch.layout(names);
        intake.store(Map.of(tenant, List.of(layout)));
        partitions.cover(Hours.dayOf(begin.toEpochMilli()));
        var templates = new ArrayList<UUID>();
        for (var i = 0; i < TEMPLATES; i++) {
            var id = UuidV7.next();
            templates.add(id);
            for (var hour = 0; hour < HOURS; hour++) {
                store(id, begin.plus(Duration.ofHours(hour)), layout);
            }
        }
        // what differs from host to host is bytes on other pages, not how they are read
        return TenantScope.everyTenant(() -> transaction.execute(_ -> {
            var agents = jdbc.sql("""
                            insert into agent (id, tenant_id, machine_id, hostname, labels, tags, token_sha256, first_seen_at, version)
                            select gen_random_uuid(), ?, 'bench-' || n, 'host-' || n, '{}', '{}', 'bench-' || n, now(), 1
                            from generate_series(1, ?) n returning id
                            """)
                    .params(tenant.value(), AGENTS)
                    .query(UUID.class)
                    .list();
            jdbc.sql("""
                            insert into agent_presence (agent_id, tenant_id, last_seen_at, online_since)
                            select id, tenant_id, now(), now() from agent where tenant_id = ?
                            """).param(tenant.value()).update();
            jdbc.sql("""
                            insert into metric_hour (tenant_id, agent_id, hour, layout_id, offsets, clocks, chunks)
                            select h.tenant_id, a.id, h.hour, h.layout_id, h.offsets, h.clocks, h.chunks
                            from (select id, row_number() over (order by id) % ? + 1 as template from agent where tenant_id = ?) a
                            join metric_hour h on h.agent_id = (?::uuid[])[a.template]
                            """)
                    .params(TEMPLATES, tenant.value(), templates.toArray(UUID[]::new))
                    .update();
            return agents;
        }));
    }

    private void store(UUID id, Instant hour, SeriesLayout layout) {
        var columns = new ArrayList<Points>();
        for (var i = 0; i < SERIES; i++) {
            var gathering = new Points.Gathering();
            var level = random.nextInt(1_000_000);
            for (var second = 0; second < 3_600; second += STEP_SECONDS) {
                var value = i % 6 == 0
                        ? level + second * 1_000.0 + random.nextInt(10_000)
                        : random.nextInt(10_000) / 10_000.0;
                gathering.add(hour.toEpochMilli() + second * 1_000L, value);
            }
            columns.add(gathering.toPoints());
        }
        var packed = HourCodec.pack(hour.toEpochMilli(), columns);
        TenantScope.everyTenant(() -> transaction.executeWithoutResult(
                _ -> hours.store(tenant, id, hour.toEpochMilli(), layout.id(tenant), packed)));
    }
}
