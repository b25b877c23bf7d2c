package io.wardroom.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The running test servers, and what a test may ask of them. Safe for use by several threads.
///
/// Every call ends within three minutes; one that fails throws [Trouble] with the daemon's words.
public final class Stack implements Backing {
    private static final int CONNECT_MILLIS = 2_000;
    private static final int ANSWER_MILLIS = 180_000;

    private final Socket lease;
    private final BufferedReader answers;
    private final Path directory;
    private final Map<String, Map<String, String>> environments = new HashMap<>();
    private Map<String, String> facts = Map.of();

    private Stack(Socket lease, Path directory) throws IOException {
        this.lease = lease;
        this.directory = directory;
        this.answers = new BufferedReader(new InputStreamReader(lease.getInputStream(), StandardCharsets.UTF_8));
    }

    /// A database of a test's own.
    ///
    /// @param user      the service's role: subject to row-level security, owner of nothing
    /// @param ownerUser runs the migrations
    public record Database(
            String name, String url, String user, String password, String ownerUser, String ownerPassword) {
        /// The `WARDROOM_DB_*` variables.
        public Map<String, String> environment() {
            return Map.of(
                    "WARDROOM_DB_URL", url,
                    "WARDROOM_DB_USER", user,
                    "WARDROOM_DB_PASSWORD", password,
                    "WARDROOM_DB_OWNER_USER", ownerUser,
                    "WARDROOM_DB_OWNER_PASSWORD", ownerPassword);
        }
    }

    /// A person of a test's own, in Keycloak.
    public record User(UUID id, String username, String password, UUID tenant, List<String> roles) {
        public User {
            roles = List.copyOf(roles);
        }
    }

    /// Empty if nobody listens there, or a daemon of another version does (which then ends).
    static Optional<Stack> join(TestStack.DaemonAddress address, Path directory) throws IOException {
        var socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(Ports.HOST, address.port()), CONNECT_MILLIS);
            socket.setSoTimeout(ANSWER_MILLIS);
            var stack = new Stack(socket, directory);
            stack.facts = stack.ask(Map.of(
                    Wire.DO,
                    "join",
                    "secret",
                    address.secret(),
                    "version",
                    Wire.VERSION + "-" + Keycloak.definition()));
            return Optional.of(stack);
        } catch (IOException | Trouble nobodyOfOurs) {
            socket.close();
            return Optional.empty();
        }
    }

    boolean isOpen() {
        return !lease.isClosed();
    }

    public String postgresHost() {
        return fact("postgres.host");
    }

    public int postgresPort() {
        return Integer.parseInt(fact("postgres.port"));
    }

    public String postgresSuperuser() {
        return fact("postgres.superuser");
    }

    public String postgresPassword() {
        return fact("postgres.password");
    }

    public String jdbcUrl(String database) {
        return "jdbc:postgresql://%s:%d/%s".formatted(postgresHost(), postgresPort(), database);
    }

    /// Bootstrap servers, such as `127.0.0.1:23456`.
    public String kafka() {
        return fact("WARDROOM_KAFKA");
    }

    /// Bootstrap servers of the listener that demands a login.
    public String kafkaOfIntegrators() {
        return fact("kafka.integrators");
    }

    /// Such as `redis://127.0.0.1:23456`.
    public String redis() {
        return fact("WARDROOM_REDIS");
    }

    public String keycloakUrl() {
        return fact("keycloak.url");
    }

    public String issuer() {
        return fact("WARDROOM_ISSUER");
    }

    public String s3Endpoint() {
        return fact("WARDROOM_S3_ENDPOINT");
    }

    public String s3Bucket() {
        return fact("WARDROOM_S3_BUCKET");
    }

    public String s3AccessKey() {
        return fact("WARDROOM_S3_ACCESS_KEY");
    }

    public String s3SecretKey() {
        return fact("WARDROOM_S3_SECRET_KEY");
    }

    /// Every variable that the service understands, for free ports of its own (`SERVER_PORT=0`) and, the same at each
    /// call within this JVM, a fresh database.
    ///
    /// @param service such as `agent-service`
    @Override
    public Map<String, String> environmentOf(String service) {
        synchronized (environments) {
            return environments.computeIfAbsent(service, this::newEnvironment);
        }
    }

    private Map<String, String> newEnvironment(String service) {
        var environment = new LinkedHashMap<>(ask(Map.of(Wire.DO, "environment", "service", service)));
        if (Service.of(service).database().isPresent()) {
            environment.putAll(newDatabase(service).environment());
        }
        environment.putAll(Map.of(
                "SERVER_ADDRESS",
                Ports.HOST,
                "SERVER_PORT",
                "0",
                "MANAGEMENT_SERVER_ADDRESS",
                Ports.HOST,
                "MANAGEMENT_SERVER_PORT",
                "0"));
        return Map.copyOf(environment);
    }

    /// An empty database with an owner and a service's role, under names that no other has.
    ///
    /// @param service such as `agent-service`; its name begins the database's
    public Database newDatabase(String service) {
        var made = ask(Map.of(Wire.DO, "database", "service", service));
        return new Database(
                made.getOrDefault("name", ""),
                made.getOrDefault("url", ""),
                made.getOrDefault("name", ""),
                made.getOrDefault("password", ""),
                made.getOrDefault("owner", ""),
                made.getOrDefault("ownerPassword", ""));
    }

    /// A new person of that tenant, with a generated name and password.
    ///
    /// @param roles realm roles such as `owner`, `viewer`
    public User newUser(UUID tenant, String... roles) {
        var username = "user-" + Hash.short8(UUID.randomUUID().toString());
        var password = Secrets.random();
        var made = ask(Map.of(
                Wire.DO,
                "user",
                "username",
                username,
                "password",
                password,
                "tenant",
                tenant.toString(),
                "roles",
                String.join(",", roles)));
        return new User(UUID.fromString(made.getOrDefault("id", "")), username, password, tenant, List.of(roles));
    }

    /// A fresh access token of that person, good for 900 s.
    public String accessToken(User user) {
        return accessToken(user.username(), user.password());
    }

    /// A fresh access token, got with a password at the client `gateway-pw`.
    public String accessToken(String username, String password) {
        return ask(Map.of(Wire.DO, "token", "username", username, "password", password))
                .getOrDefault("token", "");
    }

    /// One who reads events from outside.
    ///
    /// @param account the user of SCRAM-SHA-512, and Keycloak's client; its consumer groups begin so
    /// @param tenant  whose events; null for the shared topics
    public record Integrator(
            String name,
            String account,
            String password,
            String clientSecret,
            @Nullable UUID tenant) {}

    /// Admits an integrator, under a name that no other has.
    ///
    /// @param tenant null for one of the platform
    public Integrator newIntegrator(@Nullable UUID tenant) {
        var name = "test-" + Hash.short8(UUID.randomUUID().toString());
        var made = ask(Map.of(Wire.DO, "admit", "name", name, "tenant", tenant == null ? "" : tenant.toString()));
        return new Integrator(
                name,
                made.getOrDefault("account", ""),
                made.getOrDefault("password", ""),
                made.getOrDefault("secret", ""),
                tenant);
    }

    /// Takes everything from an integrator that it was given.
    public void dismiss(Integrator integrator) {
        ask(Map.of(Wire.DO, "dismiss", "name", integrator.name()));
    }

    /// Ends the broker at once, as a crash would, for every test that runs now.
    public void stopKafka() {
        ask(Map.of(Wire.DO, "stop-kafka"));
    }

    /// Starts the broker again, on the same port with the same data, and waits until it takes requests.
    public void startKafka() {
        ask(Map.of(Wire.DO, "start-kafka"));
    }

    /// A mail that was sent over the stack's SMTP server.
    ///
    /// @param text the part that is plain text
    public record Mail(String subject, String text) {}

    /// The mails to exactly that address, newest first.
    public List<Mail> mails(String to) {
        var told = ask(Map.of(Wire.DO, "mails", "to", to));
        return java.util.stream.IntStream.range(0, told.size() / 2)
                .mapToObj(i -> new Mail(told.getOrDefault("subject." + i, ""), told.getOrDefault("text." + i, "")))
                .toList();
    }

    /// Stops the mail server, for every test that runs now.
    public void stopMail() {
        ask(Map.of(Wire.DO, "stop-mail"));
    }

    /// Starts the mail server again, on the same port; what it took before is still there.
    public void startMail() {
        ask(Map.of(Wire.DO, "start-mail"));
    }

    @Override
    public String administrator() {
        return fact("administrator");
    }

    @Override
    public String administratorPassword() {
        return fact("administrator.password");
    }

    /// The tenant of [#administrator()].
    public UUID administratorTenant() {
        return UUID.fromString(fact("administrator.tenant"));
    }

    /// Where the servers' logs are.
    public Path logs() {
        return new Home(directory.resolve("home")).logs();
    }

    private String fact(String name) {
        var value = facts.get(name);
        if (value == null) {
            throw new IllegalStateException("the daemon told no " + name);
        }
        return value;
    }

    private synchronized Map<String, String> ask(Map<String, String> question) {
        try {
            lease.getOutputStream().write((Wire.encode(question) + "\n").getBytes(StandardCharsets.UTF_8));
            lease.getOutputStream().flush();
            var line = answers.readLine();
            if (line == null) {
                lease.close();
                throw new Trouble("The test servers have ended.", "Their logs are below " + directory + ".");
            }
            var answer = Wire.decode(line);
            var error = answer.get(Wire.ERROR);
            if (error != null) {
                throw new Trouble(error, "The test servers' logs are below " + directory + ".");
            }
            return answer;
        } catch (IOException failed) {
            throw new Trouble(
                    "The test servers do not answer.", "Their logs are below " + directory + ".", null, failed);
        }
    }
}
