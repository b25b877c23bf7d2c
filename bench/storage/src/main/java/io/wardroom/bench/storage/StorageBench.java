package io.wardroom.bench.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.telemetry.ValueCodec;
import io.wardroom.common.telemetry.proto.MetricsBatch;
import io.wardroom.common.telemetry.proto.Moment;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.telemetry.hour.DayCodec;
import io.wardroom.fleet.telemetry.hour.HourCodec;
import io.wardroom.fleet.telemetry.hour.PackedHour;
import io.wardroom.fleet.telemetry.hour.Points;
import io.wardroom.fleet.telemetry.hour.Summary;
import io.wardroom.local.Stack;
import io.wardroom.local.TestStack;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/// Stores the same day in three shapes and says what each takes: bytes on disk, CPU to insert, time to read one series
/// of 24 hours at one minute.
final class StorageBench {
    private static final int HOURS = 24;
    private static final int POLL = 70;
    private static final int WARM_UP = 100;
    private static final int QUERIES = 300;
    private static final double TICK_MICROS = 10_000;
    private static final double MICROS_A_NANO = 1e-3;

    private final Recording recording;
    private final Connection database;
    private final long backend;
    private final TenantId tenant = new TenantId(UuidV7.next());
    private final long begin = Instant.now()
            .truncatedTo(ChronoUnit.HOURS)
            .minus(Duration.ofHours(HOURS + 1))
            .toEpochMilli();
    private final List<UUID> agents = new ArrayList<>();
    private final int few;

    private StorageBench(Recording recording, Connection database, int agents, int few) throws SQLException {
        this.recording = recording;
        this.database = database;
        this.few = few;
        try (var answer = database.createStatement().executeQuery("select pg_backend_pid()")) {
            answer.next();
            this.backend = answer.getLong(1);
        }
        for (var i = 0; i < agents; i++) {
            this.agents.add(UuidV7.next());
        }
    }

    /// @param arguments how many agents the packed shapes store, and how many the row a point, which takes longest
    public static void main(String[] arguments) throws Exception {
        var agents = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20;
        var few = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2;
        var stack = TestStack.shared();
        var place = stack.newDatabase("agent-service");
        migrate(place);
        try (var connection = DriverManager.getConnection(place.url(), place.user(), place.password())) {
            var bench = new StorageBench(Recording.load(), connection, agents, few);
            bench.prepare(place);
            bench.describe();
            bench.rowAPoint();
            bench.rowABatch();
            bench.rowAnHour();
            bench.rowADay();
        }
    }

    private static void migrate(Stack.Database place) {
        Flyway.configure()
                .dataSource(place.url(), place.ownerUser(), place.ownerPassword())
                .placeholders(Map.of("service_role", place.user()))
                .load()
                .migrate();
    }

    private void prepare(Stack.Database place) throws SQLException {
        try (var owner = DriverManager.getConnection(place.url(), place.ownerUser(), place.ownerPassword());
                var statement = owner.createStatement()) {
            statement.execute("""
                    create table point (
                        agent_id  uuid not null,
                        series_id integer not null,
                        at        timestamptz not null,
                        value     float8 not null,
                        primary key (agent_id, series_id, at)
                    )
                    """);
            statement.execute("grant select, insert on point to \"%s\"".formatted(place.user()));
            statement.execute("set wardroom.tenant = '*'");
            try (var insert = owner.prepareStatement("""
                    insert into agent
                        (id, tenant_id, machine_id, hostname, labels, tags, token_sha256, first_seen_at, version)
                    values (?, ?, ?, 'host', '{}', '{}', ?, now(), 1)
                    """)) {
                for (var agent : agents) {
                    insert.setObject(1, agent);
                    insert.setObject(2, tenant.value());
                    insert.setString(3, agent.toString());
                    insert.setString(4, agent.toString());
                    insert.addBatch();
                }
                insert.executeBatch();
            }
        }
        try (var statement = database.createStatement()) {
            statement.execute("set wardroom.tenant = '*'");
            for (var table : List.of("metric_batch", "metric_hour", "metric_day")) {
                for (var day = 0; day <= 2; day++) {
                    statement.execute("select metric_partition_make('%s', current_date - %d)".formatted(table, day));
                }
            }
        }
        database.setAutoCommit(false);
    }

    private void describe() throws SQLException, IOException {
        System.out.printf(
                Locale.ROOT,
                "java %s · %s · %d processors · %s%n%d series, %d of them counters, %d recorded moments every %d s%n",
                Runtime.version(),
                database.getMetaData().getDatabaseProductName() + " "
                        + database.getMetaData().getDatabaseProductVersion(),
                Runtime.getRuntime().availableProcessors(),
                processor(),
                recording.series(),
                IntStream.range(0, recording.series())
                        .filter(i -> recording.counters()[i])
                        .count(),
                recording.times().length,
                recording.intervalMillis() / 1_000);
        System.out.printf(
                "%-28s %10s %12s %14s %14s %12s%n",
                "shape", "values", "bytes/value", "server µs/bat", "client µs/bat", "24h p50 ms");
    }

    private static String processor() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown processor");
        }
    }

    private int momentsAnHour() {
        return (int) (Duration.ofHours(1).toMillis() / recording.intervalMillis());
    }

    private long at(int agent, int index) {
        return begin + index * recording.intervalMillis() + recording.lateness(agent, index);
    }

    private interface Insert {
        /// Stores the moments `[from, to)` of some agents.
        void store(int from, int to) throws SQLException;
    }

    /// Stores a day in the order in which it would arrive and says what it took.
    private Cost measure(int count, int step, Insert insert) throws SQLException, IOException {
        var moments = HOURS * momentsAnHour();
        var server = ticks();
        var client = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (var index = 0; index < moments; index += step) {
            insert.store(index, Math.min(moments, index + step));
            database.commit();
        }
        var batches = (double) moments * count;
        return new Cost(
                (ticks() - server) * TICK_MICROS / batches,
                (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - client) * MICROS_A_NANO / batches,
                (long) batches * recording.series());
    }

    private record Cost(double serverMicros, double clientMicros, long values) {}

    /// CPU the backend has used, in clock ticks of 10 ms.
    private long ticks() throws IOException {
        var text = Files.readString(Path.of("/proc", Long.toString(backend), "stat"));
        var fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    private void say(String shape, String table, Cost cost, Query query) throws SQLException {
        database.commit();
        database.setAutoCommit(true);
        long bytes;
        try (var answer = database.createStatement().executeQuery("""
                        select pg_total_relation_size('%1$s')
                            + (select coalesce(sum(pg_total_relation_size(inhrelid)), 0) from pg_inherits
                               where inhparent = '%1$s'::regclass)
                        """.formatted(table))) {
            answer.next();
            bytes = answer.getLong(1);
        }
        database.setAutoCommit(false);
        System.out.printf(
                Locale.ROOT,
                "%-28s %10d %12.2f %14.1f %14.1f %12.2f%n",
                shape,
                cost.values(),
                bytes / (double) cost.values(),
                cost.serverMicros(),
                cost.clientMicros(),
                p50(query));
    }

    private interface Query {
        /// Reads the 24 hours of one series of one agent, a point a minute.
        ///
        /// @return how many points that were
        int run(int agent, int series) throws SQLException;
    }

    private double p50(Query query) throws SQLException {
        var nanos = new long[QUERIES];
        for (var i = -WARM_UP; i < QUERIES; i++) {
            var started = System.nanoTime();
            var points = query.run(Math.floorMod(i, few), Math.floorMod(i * 7, recording.series()));
            database.commit();
            if (points != HOURS * 60) {
                throw new IllegalStateException("%d points where there should be one a minute".formatted(points));
            }
            if (i >= 0) {
                nanos[i] = System.nanoTime() - started;
            }
        }
        Arrays.sort(nanos);
        return nanos[QUERIES / 2] / 1e6;
    }

    private void rowAPoint() throws SQLException, IOException {
        var cost = measure(few, POLL / few, (from, to) -> {
            var rows = (to - from) * few * recording.series();
            var ids = new UUID[rows];
            var series = new Integer[rows];
            var at = new Long[rows];
            var values = new Double[rows];
            var row = 0;
            for (var agent = 0; agent < few; agent++) {
                for (var index = from; index < to; index++) {
                    var moment = recording.valuesOf(agent, index);
                    for (var i = 0; i < moment.length; i++) {
                        ids[row] = agents.get(agent);
                        series[row] = i;
                        at[row] = at(agent, index);
                        values[row++] = moment[i];
                    }
                }
            }
            try (var statement = database.prepareStatement("""
                    insert into point
                    select n.agent_id, n.series_id, timestamptz 'epoch' + n.at * interval '1 millisecond', n.value
                    from unnest(?::uuid[], ?::int[], ?::bigint[], ?::float8[]) as n (agent_id, series_id, at, value)
                    on conflict do nothing
                    """)) {
                statement.setArray(1, database.createArrayOf("uuid", ids));
                statement.setArray(2, database.createArrayOf("int4", series));
                statement.setArray(3, database.createArrayOf("int8", at));
                statement.setArray(4, database.createArrayOf("float8", values));
                statement.executeUpdate();
            }
        });
        say("a row a point", "point", cost, (agent, series) -> {
            try (var statement = database.prepareStatement("""
                    select date_bin('1 minute', at, timestamptz 'epoch'), avg(value), min(value), max(value) from point
                    where agent_id = ? and series_id = ? group by 1 order by 1
                    """)) {
                statement.setObject(1, agents.get(agent));
                statement.setInt(2, series);
                return count(statement);
            }
        });
    }

    private static int count(PreparedStatement statement) throws SQLException {
        try (var answer = statement.executeQuery()) {
            var points = 0;
            while (answer.next()) {
                answer.getDouble(2);
                points++;
            }
            return points;
        }
    }

    private void rowABatch() throws SQLException, IOException {
        var layout = recording.layout().id(tenant);
        var cost =
                measure(agents.size(), Math.max(1, POLL / agents.size()), (from, to) -> storeBatches(from, to, layout));
        say("a row a batch", "metric_batch", cost, (agent, series) -> {
            var minutes = new Minutes();
            try (var statement = database.prepareStatement(
                    "select moments from metric_batch where agent_id = ? and at >= ? and at < ?")) {
                range(statement, agent);
                try (var answer = statement.executeQuery()) {
                    while (answer.next()) {
                        for (var moment :
                                MetricsBatch.parseFrom(answer.getBytes(1)).getMomentsList()) {
                            minutes.add(
                                    moment.getCapturedAtMs(),
                                    ValueCodec.unpack(moment.getValues(), recording.series())[series]);
                        }
                    }
                } catch (InvalidProtocolBufferException damaged) {
                    throw new IllegalStateException(damaged);
                }
            }
            return minutes.count();
        });
    }

    // the statement of agent-service's Batches
    private void storeBatches(int from, int to, ByteString layout) throws SQLException {
        var rows = (to - from) * agents.size();
        var tenants = new UUID[rows];
        var ids = new UUID[rows];
        var at = new Long[rows];
        var batches = new UUID[rows];
        var moments = new byte[rows][];
        var row = 0;
        for (var agent = 0; agent < agents.size(); agent++) {
            for (var index = from; index < to; index++) {
                tenants[row] = tenant.value();
                ids[row] = agents.get(agent);
                at[row] = at(agent, index);
                batches[row] = UuidV7.next();
                moments[row++] = MetricsBatch.newBuilder()
                        .addMoments(Moment.newBuilder()
                                .setLayoutId(layout)
                                .setCapturedAtMs(at(agent, index))
                                .setValues(ValueCodec.pack(recording.valuesOf(agent, index), recording.series())))
                        .build()
                        .toByteArray();
            }
        }
        try (var statement = database.prepareStatement("""
                insert into metric_batch (tenant_id, agent_id, at, batch_id, received_at, moments)
                select n.tenant_id, n.agent_id, timestamptz 'epoch' + n.at * interval '1 millisecond', n.batch_id,
                    now(), n.moments
                from unnest(?::uuid[], ?::uuid[], ?::bigint[], ?::uuid[], ?::bytea[])
                    as n (tenant_id, agent_id, at, batch_id, moments)
                join agent a on a.id = n.agent_id and a.tenant_id = n.tenant_id
                on conflict do nothing
                """)) {
            statement.setArray(1, database.createArrayOf("uuid", tenants));
            statement.setArray(2, database.createArrayOf("uuid", ids));
            statement.setArray(3, database.createArrayOf("int8", at));
            statement.setArray(4, database.createArrayOf("uuid", batches));
            statement.setArray(5, database.createArrayOf("bytea", moments));
            statement.executeUpdate();
        }
    }

    private void rowAnHour() throws SQLException, IOException {
        var layout = recording.layout().id(tenant).toByteArray();
        var cost = measure(agents.size(), momentsAnHour(), (from, to) -> {
            try (var statement = database.prepareStatement("""
                    insert into metric_hour (tenant_id, agent_id, hour, layout_id, offsets, clocks, chunks)
                    values (?, ?, timestamptz 'epoch' + ? * interval '1 millisecond', ?, ?, ?, ?)
                    """)) {
                for (var agent = 0; agent < agents.size(); agent++) {
                    var hour = begin + from * recording.intervalMillis();
                    var packed = HourCodec.pack(hour, points(agent, from, to));
                    statement.setObject(1, tenant.value());
                    statement.setObject(2, agents.get(agent));
                    statement.setLong(3, hour);
                    statement.setBytes(4, layout);
                    statement.setObject(5, packed.offsets());
                    statement.setObject(6, packed.clocks(), Types.ARRAY);
                    statement.setBytes(7, packed.chunks());
                    statement.executeUpdate();
                }
            }
        });
        say("a row an hour", "metric_hour", cost, (agent, series) -> {
            var minutes = new Minutes();
            try (var statement = database.prepareStatement("""
                    select (extract(epoch from hour) * 1000)::bigint,
                        substring(chunks from offsets[?] + 1 for offsets[? + 1] - offsets[?]),
                        substring(chunks from offsets[? + 1 + coalesce(clocks[?], 0)] + 1
                            for offsets[? + 2 + coalesce(clocks[?], 0)] - offsets[? + 1 + coalesce(clocks[?], 0)])
                    from metric_hour where agent_id = ? and hour >= ? and hour < ?
                    """)) {
                for (var i = 1; i <= 3; i++) {
                    statement.setInt(i, series + 1);
                }
                for (var i = 4; i <= 9; i++) {
                    statement.setInt(i, i % 2 == 0 ? recording.series() : series + 1);
                }
                statement.setObject(10, agents.get(agent));
                statement.setObject(11, moment(0));
                statement.setObject(12, moment(HOURS));
                try (var answer = statement.executeQuery()) {
                    while (answer.next()) {
                        var points = HourCodec.unpack(answer.getLong(1), answer.getBytes(3), answer.getBytes(2));
                        for (var i = 0; i < points.size(); i++) {
                            minutes.add(points.time(i), points.value(i));
                        }
                    }
                }
            }
            return minutes.count();
        });
        codec();
    }

    private void codec() {
        var hours = new ArrayList<List<Points>>();
        for (var hour = 0; hour < HOURS; hour++) {
            hours.add(points(0, hour * momentsAnHour(), (hour + 1) * momentsAnHour()));
        }
        var packed = new ArrayList<PackedHour>();
        var packing = 0L;
        var unpacking = 0L;
        for (var round = 0; round < 60; round++) {
            packed.clear();
            var started = System.nanoTime();
            for (var hour = 0; hour < HOURS; hour++) {
                packed.add(HourCodec.pack(begin + hour * HourCodec.HOUR_MILLIS, hours.get(hour)));
            }
            packing = System.nanoTime() - started;
            started = System.nanoTime();
            for (var hour = 0; hour < HOURS; hour++) {
                HourCodec.unpack(begin + hour * HourCodec.HOUR_MILLIS, packed.get(hour), recording.series());
            }
            unpacking = System.nanoTime() - started;
        }
        var values = (double) HOURS * momentsAnHour() * recording.series();
        System.out.printf(
                Locale.ROOT,
                "  columns alone %.2f bytes/value; packing %.0f ns/value (%.1f µs/batch), unpacking %.0f ns/value%n",
                packed.stream().mapToLong(hour -> hour.chunks().length).sum() / values,
                packing / values,
                packing / values * recording.series() / 1_000,
                unpacking / values);
    }

    private List<Points> points(int agent, int from, int to) {
        var series = new ArrayList<Points.Gathering>();
        for (var i = 0; i < recording.series(); i++) {
            series.add(new Points.Gathering());
        }
        for (var index = from; index < to; index++) {
            var moment = recording.valuesOf(agent, index);
            for (var i = 0; i < moment.length; i++) {
                series.get(i).add(at(agent, index), moment[i]);
            }
        }
        return series.stream().map(Points.Gathering::toPoints).toList();
    }

    /// The roll-ups, which lie beside closed hours.
    private void rowADay() throws SQLException {
        var bytes = 0L;
        for (var agent = 0; agent < few; agent++) {
            var series = new ArrayList<@Nullable Summary[]>();
            for (var i = 0; i < recording.series(); i++) {
                series.add(new @Nullable Summary[DayCodec.HOURS]);
            }
            for (var hour = 0; hour < HOURS; hour++) {
                var points = points(agent, hour * momentsAnHour(), (hour + 1) * momentsAnHour());
                for (var i = 0; i < points.size(); i++) {
                    var sum = new Summary.Sum();
                    for (var j = 0; j < points.get(i).size(); j++) {
                        sum.add(points.get(i).value(j));
                    }
                    series.get(i)[hour] = sum.toSummary();
                }
            }
            bytes += DayCodec.pack(series).chunks().length;
        }
        System.out.printf(
                Locale.ROOT,
                "hourly roll-ups: %.1f kB an agent and day, %.3f bytes/value%n",
                bytes / 1_000.0 / few,
                bytes / ((double) few * HOURS * momentsAnHour() * recording.series()));
    }

    private OffsetDateTime moment(int hours) {
        return Instant.ofEpochMilli(begin).plus(Duration.ofHours(hours)).atOffset(ZoneOffset.UTC);
    }

    private void range(PreparedStatement statement, int agent) throws SQLException {
        statement.setObject(1, agents.get(agent));
        statement.setObject(2, moment(0));
        statement.setObject(3, moment(HOURS));
    }

    /// A summary a minute.
    private static final class Minutes {
        private final TreeMap<Long, Summary.Sum> minutes = new TreeMap<>();

        void add(long time, double value) {
            minutes.computeIfAbsent(time / 60_000, _ -> new Summary.Sum()).add(value);
        }

        int count() {
            minutes.values().forEach(Summary.Sum::toSummary);
            return minutes.size();
        }
    }
}
