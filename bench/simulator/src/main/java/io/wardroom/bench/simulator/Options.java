package io.wardroom.bench.simulator;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

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
/// @param kafka       the broker that the parts are measured with, as is the database by its owner
/// @param pids        processes whose CPU is charged, by name; those in `home` where none is given
record Options(
        URI gateway,
        URI ingest,
        Path home,
        int agents,
        Optional<Integer> rate,
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
        String kafka) {
    enum Encoding {
        NONE,
        GZIP,
        ZSTD
    }

    static final String USAGE = """
            simulator [--rate N | --max true | --parts true | --history true] [--agents 1000] [--connections 32] [--warm-up 60] [--duration 60]
                      [--encoding none|gzip|zstd] [--gateway http://127.0.0.1:8000] [--ingest URL] [--home .wardroom]
                      [--user admin] [--password P] [--forwarded true] [--probe true] [--check true]
                      [--pids gateway=123,ingest-service=124]
                      [--db-url jdbc:postgresql://127.0.0.1:15432/agent_service] [--db-user agent_service] [--db-password P]
                      [--db-owner-password P] [--kafka 127.0.0.1:19092]
            Times are seconds. Passwords are read from --home, or WARDROOM_ADMIN_PASSWORD and WARDROOM_DB_PASSWORD.
            """;

    private static final Set<String> KNOWN = Set.of(
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
        var modes = Stream.of("rate", "max", "parts", "history")
                .filter(given::containsKey)
                .count();
        if (modes != 1) {
            throw new IllegalArgumentException("give either --rate N, --max true, --parts true or --history true");
        }
        var home = Path.of(given.getOrDefault("home", ".wardroom"));
        var gateway = URI.create(given.getOrDefault("gateway", "http://127.0.0.1:8000"));
        return new Options(
                gateway,
                given.containsKey("ingest") ? URI.create(given.get("ingest")) : gateway,
                home,
                whole(given, "agents", 1000),
                given.containsKey("rate") ? Optional.of(whole(given, "rate", 1)) : Optional.empty(),
                given.containsKey("parts"),
                given.containsKey("history"),
                whole(given, "connections", 32),
                Duration.ofSeconds(whole(given, "warm-up", 60)),
                Duration.ofSeconds(whole(given, "duration", 60)),
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
                given.getOrDefault("kafka", "127.0.0.1:19092"));
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
