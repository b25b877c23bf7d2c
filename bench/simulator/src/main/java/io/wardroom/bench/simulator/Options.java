package io.wardroom.bench.simulator;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What a run is asked to do.
///
/// @param gateway     where the suite answers
/// @param ingest      where batches go; the gateway, unless it is to be left out of the measurement
/// @param home        the folder in which `./wardroom up` keeps its state
/// @param agents      virtual agents, each with a key of its own
/// @param rate        batches a second at fixed times; empty for as many as the connections carry
/// @param parts       measure what the parts of a batch cost here, and send none
/// @param history     measure how long a day of one series takes to read, and send one host's day alone
/// @param connections kept open, one request at a time on each
/// @param forwarded   each registration and each read comes from an address of its own, in `X-Forwarded-For`
/// @param plan        what a fleet of hosts is to do that is compared value by value; empty for the other modes
/// @param reads       people's reads a second that are measured; empty where none are
/// @param seed        registered agents with a day of telemetry that the database is to hold in the end
/// @param purple      requests a second of people who work on tests; empty where none do
/// @param tests       tests that their tenant is to hold
/// @param purpleMetrics where purple-team-service tells of its heap
/// @param revive      only let the seeded agents be heard of, all at once
/// @param kafka       the broker that the parts are measured with, as is the database by its owner
/// @param pids        processes whose CPU is charged, by name; those in `home` where none is given
record Options(
        URI gateway,
        URI ingest,
        Path home,
        int agents,
        Optional<Integer> rate,
        Optional<Plan> plan,
        Optional<Integer> reads,
        Optional<Integer> seed,
        Optional<Integer> purple,
        int tests,
        String purpleMetrics,
        boolean revive,
        boolean parts,
        boolean history,
        int connections,
        Duration warmUp,
        Duration duration,
        Encoding encoding,
        String user,
        String password,
        boolean forwarded,
        boolean probe,
        boolean check,
        Map<String, Long> pids,
        String databaseUrl,
        String databaseUser,
        String databasePassword,
        String ownerUser,
        String ownerPassword,
        String superuser,
        String superuserPassword,
        String kafka) {
    /// Hosts that live for a while, load what is past, or send as fast as they can, and are held against what is
    /// stored.
    ///
    /// @param length   how long they live; zero for the others
    /// @param past     how much of the past they load; zero for the others
    /// @param batches  how many they send back to back; zero for the others
    /// @param interval between two moments
    /// @param series   most series a host
    /// @param hold     wait for a line on standard input before the first batch, and before the comparison
    /// @param closed   compare once more when the hours are closed
    record Plan(
            Duration length,
            Duration past,
            int batches,
            Duration interval,
            int series,
            Set<Fault> faults,
            boolean hold,
            boolean closed) {}

    enum Encoding {
        NONE,
        GZIP,
        ZSTD
    }

    static final String USAGE = """
            simulator --for 10m [--agents 50] [--interval 15s] [--faults clock-drift,flat-cpu,clone,bad-signature,silence]
            simulator --past 24h [--agents 50] [--interval 15s] [--series 64] [--closed true] [--seed 10000]
            simulator --batches 20000 [--agents 50] [--hold true]
            simulator --reads 20 [--warm-up 60] [--duration 60]
            simulator --revive true
            simulator --purple 20 [--tests 100000] [--warm-up 60] [--duration 60]
                      [--purple-metrics http://127.0.0.1:8105/actuator/prometheus]
            simulator [--rate N | --max true | --parts true | --history true] [--agents 1000] [--connections 32]
                      [--warm-up 60] [--duration 60] [--encoding none|gzip|zstd]
            with      [--check true] [--gateway http://127.0.0.1:8000] [--ingest URL] [--home .wardroom]
                      [--user admin] [--password P] [--forwarded true] [--probe true]
                      [--pids gateway=123,ingest-service=124]
                      [--db-url jdbc:postgresql://127.0.0.1:15432/agent_service] [--db-user agent_service] [--db-password P]
                      [--db-owner-password P] [--db-superuser postgres] [--db-superuser-password P] [--kafka 127.0.0.1:19092]
            Times are seconds, or say what they are: 500ms, 15s, 10m, 24h. Passwords are read from --home, or
            WARDROOM_ADMIN_PASSWORD and WARDROOM_DB_PASSWORD.
            """;

    private static final List<String> MODES =
            List.of("for", "past", "batches", "reads", "revive", "purple", "rate", "max", "parts", "history");
    private static final Set<String> KNOWN = Set.of(
            "for",
            "past",
            "batches",
            "interval",
            "series",
            "faults",
            "hold",
            "closed",
            "reads",
            "seed",
            "revive",
            "purple",
            "tests",
            "purple-metrics",
            "db-superuser",
            "db-superuser-password",
            "rate",
            "max",
            "parts",
            "history",
            "agents",
            "connections",
            "warm-up",
            "duration",
            "encoding",
            "gateway",
            "ingest",
            "home",
            "user",
            "password",
            "forwarded",
            "probe",
            "check",
            "pids",
            "db-url",
            "db-user",
            "db-password",
            "db-owner-password",
            "kafka");

    /// @throws IllegalArgumentException with a sentence for a person
    static Options of(String... words) throws IOException {
        var given = new HashMap<String, String>();
        for (var i = 0; i < words.length; i += 2) {
            var name = words[i].startsWith("--") ? words[i].substring(2) : "";
            if (!KNOWN.contains(name) || i + 1 == words.length) {
                throw new IllegalArgumentException("do not understand " + words[i]);
            }
            given.put(name, words[i + 1]);
        }
        if (MODES.stream().filter(given::containsKey).count() != 1) {
            throw new IllegalArgumentException(
                    "give either " + MODES.stream().map(mode -> "--" + mode).collect(Collectors.joining(" or "))
                            + ", and one of them");
        }
        var plan = plan(given);
        if (given.containsKey("faults") && !given.containsKey("for")) {
            throw new IllegalArgumentException("--faults goes with --for");
        }
        if (given.containsKey("seed") && !given.containsKey("past")) {
            throw new IllegalArgumentException("--seed wants a day to copy: give --past 24h, too");
        }
        var home = Path.of(given.getOrDefault("home", ".wardroom"));
        var gateway = URI.create(given.getOrDefault("gateway", "http://127.0.0.1:8000"));
        return new Options(
                gateway,
                given.containsKey("ingest") ? URI.create(given.get("ingest")) : gateway,
                home,
                whole(given, "agents", plan.isPresent() ? 50 : 1000),
                given.containsKey("rate") ? Optional.of(whole(given, "rate", 1)) : Optional.empty(),
                plan,
                given.containsKey("reads") ? Optional.of(whole(given, "reads", 20)) : Optional.empty(),
                given.containsKey("seed") ? Optional.of(whole(given, "seed", 10_000)) : Optional.empty(),
                given.containsKey("purple") ? Optional.of(whole(given, "purple", 20)) : Optional.empty(),
                whole(given, "tests", 100_000),
                given.getOrDefault("purple-metrics", "http://127.0.0.1:8105/actuator/prometheus"),
                given.containsKey("revive"),
                given.containsKey("parts"),
                given.containsKey("history"),
                whole(given, "connections", 32),
                time(given, "warm-up", "60"),
                time(given, "duration", "60"),
                Encoding.valueOf(given.getOrDefault("encoding", "none").toUpperCase(Locale.ROOT)),
                given.getOrDefault("user", "admin"),
                secret(given, "password", "WARDROOM_ADMIN_PASSWORD", home.resolve("admin-password"), ""),
                flag(given, "forwarded"),
                flag(given, "probe"),
                flag(given, "check"),
                pids(given.getOrDefault("pids", "")),
                given.getOrDefault("db-url", "jdbc:postgresql://127.0.0.1:15432/agent_service"),
                given.getOrDefault("db-user", "agent_service"),
                secret(
                        given,
                        "db-password",
                        "WARDROOM_DB_PASSWORD",
                        home.resolve("secrets.properties"),
                        "postgres.agent_service"),
                "agent_service_owner",
                secret(
                        given,
                        "db-owner-password",
                        "WARDROOM_DB_OWNER_PASSWORD",
                        home.resolve("secrets.properties"),
                        "postgres.agent_service_owner"),
                given.getOrDefault("db-superuser", "postgres"),
                secret(
                        given,
                        "db-superuser-password",
                        "WARDROOM_DB_SUPERUSER_PASSWORD",
                        home.resolve("secrets.properties"),
                        "postgres.superuser"),
                given.getOrDefault("kafka", "127.0.0.1:19092"));
    }

    private static Optional<Plan> plan(Map<String, String> given) {
        if (!given.containsKey("for") && !given.containsKey("past") && !given.containsKey("batches")) {
            return Optional.empty();
        }
        var interval = time(given, "interval", "15");
        if (interval.isZero()) {
            throw new IllegalArgumentException("--interval must be longer than nothing");
        }
        return Optional.of(new Plan(
                time(given, "for", "0"),
                time(given, "past", "0"),
                whole(given, "batches", 0),
                interval,
                Math.max(1, whole(given, "series", 1000)),
                Fault.parse(given.getOrDefault("faults", "")),
                Boolean.parseBoolean(given.get("hold")),
                Boolean.parseBoolean(given.get("closed"))));
    }

    private static Duration time(Map<String, String> given, String name, String otherwise) {
        var text = given.getOrDefault(name, otherwise);
        if (!text.matches("[0-9]{1,8}(ms|s|m|h)?")) {
            throw new IllegalArgumentException(
                    "--%s must be a time such as 500ms, 15s, 10m or 24h, not %s".formatted(name, text));
        }
        var number = Long.parseLong(text.replaceAll("\\D", ""));
        return switch (text.replaceAll("\\d", "")) {
            case "ms" -> Duration.ofMillis(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofSeconds(number);
        };
    }

    private static int whole(Map<String, String> given, String name, int otherwise) {
        var text = given.getOrDefault(name, String.valueOf(otherwise));
        if (!text.matches("[0-9]{1,8}")) {
            throw new IllegalArgumentException("--%s must be a whole number, not %s".formatted(name, text));
        }
        return Integer.parseInt(text);
    }

    private static boolean flag(Map<String, String> given, String name) {
        return Boolean.parseBoolean(given.getOrDefault(name, "true"));
    }

    private static Map<String, Long> pids(String text) {
        var pids = new LinkedHashMap<String, Long>();
        for (var one : text.isEmpty() ? new String[0] : text.split(",")) {
            var sides = one.split("=", 2);
            if (sides.length < 2 || !sides[1].matches("[0-9]{1,10}")) {
                throw new IllegalArgumentException("--pids wants name=pid, not " + one);
            }
            pids.put(sides[0], Long.parseLong(sides[1]));
        }
        return pids;
    }

    /// @param key the line of a properties file; empty where the file holds the secret alone
    private static String secret(Map<String, String> given, String name, String variable, Path file, String key)
            throws IOException {
        if (given.containsKey(name)) {
            return given.get(name);
        }
        var fromEnvironment = System.getenv(variable);
        if (fromEnvironment != null) {
            return fromEnvironment;
        }
        if (Files.notExists(file)) {
            return "";
        }
        if (key.isEmpty()) {
            return Files.readString(file).strip();
        }
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(key + "="))
                .map(line -> line.substring(key.length() + 1))
                .findFirst()
                .orElse("");
    }
}
