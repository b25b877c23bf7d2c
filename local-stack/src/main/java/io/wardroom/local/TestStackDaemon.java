package io.wardroom.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

/// The process that holds the test servers, serves those who hold a connection to it, and ends soon after the last.
final class TestStackDaemon {
    private static final Duration IDLE = Duration.ofSeconds(90);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration PREDECESSOR_LIMIT = Duration.ofMinutes(2);
    private static final int BACKLOG = 64;

    private final Path directory;
    private final Home home;
    private final Processes processes;
    private final Infrastructure servers;
    private final String secret = Secrets.random();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private int leases;
    private long idleSince = System.nanoTime();
    private boolean retired;

    private TestStackDaemon(Path directory, Home home, Processes processes, Infrastructure servers) {
        this.directory = directory;
        this.home = home;
        this.processes = processes;
        this.servers = servers;
    }

    /// @param arguments the folder to live in, the kind of servers, the checkout
    public static void main(String[] arguments) throws Exception {
        System.setProperty("log4j2.configurationFile", "io/wardroom/local/log4j2-launcher.xml");
        System.setProperty("log4j2.disable.jmx", "true");
        try {
            run(Path.of(arguments[0]), arguments[1]);
            System.exit(0);
        } catch (Trouble trouble) {
            System.out.println(trouble);
            var log = trouble.log();
            if (log != null) {
                LogKeeper.tail(log, 25).forEach(line -> System.out.println("  | " + line));
            }
            System.exit(1);
        }
    }

    private static void run(Path directory, String kind) throws Exception {
        var home = new Home(directory.resolve("home"));
        // an earlier daemon of this folder may still be stopping
        try (var _ = HomeLock.await(directory.resolve("daemon.lock"), PREDECESSOR_LIMIT)) {
            TestStack.DaemonAddress.forget(directory);
            Processes.endLeftovers(home, System.out::println);
            PrivateFiles.delete(home.directory());
            home.create();
            System.setProperty("wardroom.log.s3", home.log(ObjectStore.NAME).toString());
            var ports = Ports.free();
            var processes = new Processes(home);
            var cache = KeycloakCache.find(directory);
            var cached = cache.restore(home);
            var secrets = Secrets.in(home.secrets());
            var postgres = postgres(kind, home, ports, processes, secrets);
            var servers = new Infrastructure(home, ports, processes, secrets, postgres);
            var daemon = new TestStackDaemon(directory, home, processes, servers);
            Runtime.getRuntime().addShutdownHook(new Thread(daemon::stop, "stop"));
            try (var logs = new LogKeeper(home.logs(), System.out)) {
                logs.start();
                cache.prepare(home, processes);
                servers.start(cache.directory(), new Progress(System.out));
                if (!cached) {
                    cache.save(home, processes, servers.keycloak());
                }
                servers.keycloak().hashPasswordsCheaply();
                servers.provideAdministrator("");
                daemon.serve();
            } finally {
                daemon.stop();
            }
        }
    }

    private static PostgresServer postgres(String kind, Home home, Ports ports, Processes processes, Secrets secrets) {
        return switch (kind) {
            case "embedded" -> new EmbeddedPostgres(home, ports, processes, secrets, false);
            case "containers" ->
                new ContainerPostgres(secrets, System.getenv().getOrDefault(ContainerPostgres.IMAGE_VARIABLE, ""));
            default ->
                throw new Trouble(
                        "There are no servers of the kind \"%s\".".formatted(kind),
                        "Use -Dinfra=embedded or -Dinfra=containers.");
        };
    }

    private void serve() throws IOException {
        try (var socket = new ServerSocket(0, BACKLOG, InetAddress.getByName(Ports.HOST))) {
            new TestStack.DaemonAddress(socket.getLocalPort(), secret).write(directory);
            lease(0);
            Thread.ofPlatform().daemon().name("idle").start(() -> closeWhenIdle(socket));
            System.out.println("The test servers are ready.");
            while (true) {
                var client = socket.accept();
                Thread.ofVirtual().start(() -> attend(client));
            }
        } catch (SocketException closed) {
            System.out.println("The test servers are not needed any more.");
        }
    }

    private void closeWhenIdle(ServerSocket socket) {
        try {
            while (isNeeded()) {
                Thread.sleep(LOOK);
            }
            TestStack.DaemonAddress.forget(directory);
            socket.close();
        } catch (IOException | InterruptedException failed) {
            System.out.println("The daemon could not close: " + failed);
            System.exit(1);
        }
    }

    private synchronized boolean isNeeded() {
        if (retired || !TestStack.DaemonAddress.isWritten(directory)) {
            return false;
        }
        return leases > 0 || System.nanoTime() - idleSince < IDLE.toNanos();
    }

    private void attend(Socket client) {
        try (client) {
            var lines = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
            var first = lines.readLine();
            if (first == null || !mayJoin(Wire.decode(first), client)) {
                return;
            }
            lease(1);
            try {
                answer(client, facts());
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    answer(client, reply(Wire.decode(line)));
                }
            } finally {
                lease(-1);
            }
        } catch (IOException gone) {
            System.out.println("A client left: " + gone.getMessage());
        }
    }

    private boolean mayJoin(Map<String, String> hello, Socket client) throws IOException {
        var shown = hello.getOrDefault("secret", "").getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(shown, secret.getBytes(StandardCharsets.UTF_8))) {
            answer(client, Map.of(Wire.ERROR, "wrong secret"));
            return false;
        }
        if (!(Wire.VERSION + "-" + Keycloak.definition()).equals(hello.get("version"))) {
            synchronized (this) {
                retired = leases == 0;
            }
            answer(client, Map.of(Wire.ERROR, "another version"));
            return false;
        }
        return true;
    }

    private synchronized void lease(int change) {
        leases += change;
        idleSince = System.nanoTime();
    }

    private static void answer(Socket client, Map<String, String> fields) throws IOException {
        client.getOutputStream().write((Wire.encode(fields) + "\n").getBytes(StandardCharsets.UTF_8));
        client.getOutputStream().flush();
    }

    private Map<String, String> facts() throws IOException {
        var facts = new LinkedHashMap<>(servers.sharedEnvironment());
        facts.put("postgres.host", servers.postgres().host());
        facts.put("postgres.port", Integer.toString(servers.postgres().port()));
        facts.put("postgres.superuser", servers.postgres().superuser());
        facts.put("postgres.password", servers.postgres().password());
        facts.put("kafka.integrators", servers.kafka().bootstrapOfIntegrators());
        facts.put("keycloak.url", servers.keycloak().url());
        facts.put("administrator", servers.administrator());
        facts.put("administrator.password", servers.administratorPassword());
        facts.put("administrator.tenant", servers.tenant().toString());
        return facts;
    }

    private Map<String, String> reply(Map<String, String> question) {
        try {
            return carryOut(question);
        } catch (Trouble trouble) {
            return Map.of(Wire.ERROR, trouble.toString());
        } catch (Exception unexpected) {
            unexpected.printStackTrace(System.out);
            return Map.of(Wire.ERROR, question.get(Wire.DO) + " failed: " + unexpected);
        }
    }

    private Map<String, String> carryOut(Map<String, String> question) throws Exception {
        return switch (question.getOrDefault(Wire.DO, "")) {
            case "environment" -> environment(field(question, "service"));
            case "database" -> database(field(question, "service"));
            case "user" -> user(question);
            case "token" ->
                Map.of(
                        "token",
                        servers.keycloak().passwordGrant(field(question, "username"), field(question, "password")));
            case "stop-kafka" -> {
                processes.kill(Kafka.NAME);
                yield Map.of();
            }
            case "start-kafka" -> {
                servers.kafka().start();
                yield Map.of();
            }
            case "admit" -> admit(question);
            case "dismiss" -> {
                servers.integrators().remove(field(question, "name"));
                yield Map.of();
            }
            case "mails" -> mails(field(question, "to"));
            case "stop-mail" -> {
                servers.mail().stop();
                yield Map.of();
            }
            case "start-mail" -> {
                servers.mail().start();
                yield Map.of();
            }
            default -> throw new IllegalArgumentException("unknown request");
        };
    }

    private Map<String, String> admit(Map<String, String> question) throws IOException {
        var tenant = field(question, "tenant");
        var admitted =
                servers.integrators().add(field(question, "name"), tenant.isEmpty() ? null : UUID.fromString(tenant));
        return Map.of(
                "account", admitted.account(),
                "password", admitted.password(),
                "secret", admitted.clientSecret());
    }

    private Map<String, String> mails(String to) throws IOException {
        var found = new LinkedHashMap<String, String>();
        for (var mail : servers.mail().mails().all()) {
            if (mail.to().equals(to)) {
                found.put("subject." + found.size() / 2, mail.subject());
                found.put("text." + found.size() / 2, mail.text());
            }
        }
        return found;
    }

    private Map<String, String> environment(String service) {
        var environment = new LinkedHashMap<>(servers.sharedEnvironment());
        environment.putAll(servers.ownEnvironmentOf(Service.of(service)));
        return environment;
    }

    private Map<String, String> database(String service) throws Exception {
        var name = Service.of(service).folder().replace('-', '_') + "_"
                + Hash.short8(UUID.randomUUID().toString());
        var access = servers.databases().provide(name, Secrets.random(), Secrets.random());
        return Map.of(
                "name", access.name(),
                "url", access.url(),
                "password", access.password(),
                "owner", access.owner(),
                "ownerPassword", access.ownerPassword());
    }

    private Map<String, String> user(Map<String, String> question) throws IOException {
        var roles = Arrays.stream(field(question, "roles").split(","))
                .filter(role -> !role.isEmpty())
                .toList();
        var account = servers.keycloak()
                .provide(
                        field(question, "username"),
                        field(question, "username") + "@wardroom.local",
                        field(question, "password"),
                        UUID.fromString(field(question, "tenant")),
                        List.copyOf(roles));
        return Map.of("id", account.id().toString());
    }

    private static String field(Map<String, String> question, String name) {
        var value = question.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name);
        }
        return value;
    }

    /// Stops the servers and deletes what they wrote, logs aside.
    private void stop() {
        if (stopping.compareAndSet(false, true)) {
            try {
                servers.stop(System.out::println);
                PrivateFiles.delete(home.data());
            } catch (Exception failed) {
                System.out.println("Not everything could be stopped: " + failed);
            }
        }
    }
}
