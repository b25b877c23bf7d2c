package io.wardroom.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/// PostgreSQL from the Maven artifact with its programs, as a process of the stack.
final class EmbeddedPostgres implements PostgresServer {
    static final String NAME = "postgres";
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /// Eight services with ten connections each, the launcher's own, and room for a person with psql.
    private static final int CONNECTIONS = 200;

    private final Home home;
    private final Ports ports;
    private final Processes processes;
    private final Secrets secrets;
    private final boolean durable;

    /// @param durable whether what was committed survives a crash of the machine; tests may do without
    EmbeddedPostgres(Home home, Ports ports, Processes processes, Secrets secrets, boolean durable) {
        this.home = home;
        this.ports = ports;
        this.processes = processes;
        this.secrets = secrets;
        this.durable = durable;
    }

    @Override
    public String host() {
        return Ports.HOST;
    }

    @Override
    public int port() {
        return ports.of(Port.POSTGRES);
    }

    @Override
    public String superuser() {
        return "postgres";
    }

    @Override
    public String password() {
        return secrets.of("postgres.superuser");
    }

    @Override
    public void start() throws IOException {
        var programs = programs();
        var data = home.data().resolve(NAME);
        if (Files.notExists(data.resolve("PG_VERSION"))) {
            initialise(programs, data);
        }
        var words = new ArrayList<>(asNobody());
        words.add(programs.resolve("bin/postgres").toString());
        words.addAll(List.of("-D", data.toString()));
        settings().forEach((name, value) -> words.addAll(List.of("-c", name + "=" + value)));
        processes
                .start(new Command(NAME, Rank.POSTGRES, words, Map.of(), false, data, port()))
                .await(LIMIT, this::answers);
    }

    private Map<String, String> settings() {
        var settings = new java.util.TreeMap<>(Map.of(
                "listen_addresses", Ports.HOST,
                "port", Integer.toString(port()),
                "unix_socket_directories", "",
                "max_connections", Integer.toString(CONNECTIONS),
                "shared_buffers", "128MB",
                "timezone", "UTC",
                "log_timezone", "UTC",
                "jit", "off"));
        if (!durable) {
            settings.putAll(Map.of("fsync", "off", "full_page_writes", "off", "synchronous_commit", "off"));
        }
        return settings;
    }

    private boolean answers() {
        var login = new Properties();
        login.putAll(Map.of("user", superuser(), "password", password(), "connectTimeout", "2", "socketTimeout", "5"));
        try (var connection = DriverManager.getConnection(jdbcUrl("postgres"), login)) {
            return connection.isValid(2);
        } catch (SQLException refused) {
            if ("28P01".equals(refused.getSQLState())) {
                throw new Trouble(
                        "PostgreSQL's data in %s was made with another password than %s holds."
                                .formatted(home.data().resolve(NAME), home.secrets()),
                        "Bring that file back, or delete all data with ./wardroom reset.",
                        null,
                        refused);
            }
            return false;
        }
    }

    private void initialise(Path programs, Path data) throws IOException {
        var draft = data.resolveSibling(NAME + ".new");
        PrivateFiles.delete(draft);
        Files.createDirectories(draft);
        var password = home.run().resolve("postgres.password");
        PrivateFiles.write(password, password() + "\n");
        try {
            var words = new ArrayList<>(asNobody());
            words.add(programs.resolve("bin/initdb").toString());
            words.addAll(List.of(
                    "--pgdata=" + draft,
                    "--username=" + superuser(),
                    "--pwfile=" + password,
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--no-instructions"));
            if (!durable) {
                words.add("--no-sync");
            }
            var result = Programs.run(words);
            if (!result.ok()) {
                Files.createDirectories(home.logs());
                Files.writeString(home.log(NAME), result.output());
                throw new Trouble(
                        "PostgreSQL could not make its data folder.", "The end of its log tells why.", home.log(NAME));
            }
        } finally {
            Files.deleteIfExists(password);
        }
        Files.move(draft, data, StandardCopyOption.ATOMIC_MOVE);
    }

    private Path programs() throws IOException {
        var resource =
                switch (System.getProperty("os.name") + " " + System.getProperty("os.arch")) {
                    case "Linux amd64" -> "postgres-linux-x86_64.txz";
                    case "Linux aarch64" -> "postgres-linux-arm_64.txz";
                    default ->
                        throw new Trouble(
                                "The embedded PostgreSQL runs on Linux (x86-64, ARM) only, and this is %s %s."
                                        .formatted(System.getProperty("os.name"), System.getProperty("os.arch")),
                                "Use docker compose here.");
                };
        return Archives.unpackedOnce(resource, home.runtime());
    }

    /// PostgreSQL refuses to be root; in a user namespace of its own it is nobody, with the files still its own.
    private static List<String> asNobody() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return List.of();
        }
        if (!Programs.run(List.of("unshare", "--user", "true")).ok()) {
            throw new Trouble(
                    "PostgreSQL does not run as root, and this machine offers no user namespaces (unshare) to change that.",
                    "Start Wardroom as another user.");
        }
        return List.of("unshare", "--user");
    }

    @Override
    public void stop() {
        processes.stop(NAME);
    }
}
