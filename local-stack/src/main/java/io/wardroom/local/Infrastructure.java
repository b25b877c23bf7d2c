package io.wardroom.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/// PostgreSQL, Kafka, Redis, Keycloak, the object store and the mail server of one home, started together.
final class Infrastructure implements Backing {
    static final String ADMINISTRATOR = "admin";

    // each partition is written apart: on one machine the twelve that a fleet of 10,000 wants would cost it its batches
    private static final String PARTITIONS = "WARDROOM_INGEST_TOPICS_PARTITIONS";
    private static final String PARTITIONS_HERE = "4";

    private final Home home;
    private final Processes processes;
    private final Secrets secrets;
    private final Ports ports;
    private final PostgresServer postgres;
    private final Databases databases;
    private final Kafka kafka;
    private final Redis redis;
    private final Keycloak keycloak;
    private final ObjectStore objects;
    private final MailServer mail;
    private final Administrator administrator;

    Infrastructure(Home home, Ports ports, Processes processes, Secrets secrets, PostgresServer postgres) {
        this.home = home;
        this.ports = ports;
        this.processes = processes;
        this.secrets = secrets;
        this.postgres = postgres;
        this.databases = new Databases(postgres);
        this.kafka = new Kafka(home, ports, processes);
        this.redis = new Redis(home, ports, processes);
        this.keycloak = new Keycloak(home, ports, processes, secrets);
        this.objects = new ObjectStore(home, ports, secrets);
        this.mail = new MailServer(home, ports);
        this.administrator = new Administrator(ADMINISTRATOR, home, keycloak);
    }

    /// Starts all six.
    ///
    /// @param distributions where Keycloak is unpacked
    /// @throws Trouble of the first that does not come up
    void start(Path distributions, Progress progress) throws IOException {
        try (var tasks = new Tasks()) {
            tasks.run(() -> {
                var since = System.nanoTime();
                postgres.start();
                progress.up(EmbeddedPostgres.NAME, postgres.host() + ":" + postgres.port(), since);
            });
            tasks.run(() -> {
                var since = System.nanoTime();
                redis.start();
                progress.up(Redis.NAME, ports.address(Port.REDIS), since);
            });
            tasks.run(() -> {
                var since = System.nanoTime();
                kafka.start();
                progress.up(Kafka.NAME, kafka.bootstrap(), since);
            });
            tasks.run(() -> {
                var since = System.nanoTime();
                objects.start();
                progress.up(ObjectStore.NAME, objects.endpoint(), since);
            });
            tasks.run(() -> {
                var since = System.nanoTime();
                mail.start();
                progress.up(MailServer.NAME, mail.address(), since);
            });
            tasks.run(() -> startKeycloak(distributions, progress));
            tasks.join();
        }
    }

    private void startKeycloak(Path distributions, Progress progress) throws IOException {
        var unpacking = System.nanoTime();
        var first = Files.notExists(distributions) || !Keycloak.hasData(home);
        var distribution = KeycloakDistribution.in(distributions, home, processes);
        if (first) {
            progress.done("keycloak unpacked, built", unpacking);
        }
        var since = System.nanoTime();
        var outdated = keycloak.start(distribution);
        progress.up(Keycloak.NAME, keycloak.url(), since);
        if (outdated) {
            progress.say("  keycloak keeps the realm of an earlier version; ./wardroom reset brings the new one,"
                    + " and deletes all data.");
        }
    }

    /// Makes each service's database and roles.
    void provideDatabases() throws SQLException {
        for (var service : Service.values()) {
            var name = service.database();
            if (name.isPresent()) {
                database(name.get());
            }
        }
    }

    private Databases.Access database(String name) throws SQLException {
        return databases.provide(name, secrets.of("postgres." + name), secrets.of("postgres." + name + "_owner"));
    }

    /// Makes the first administrator, or gives it the password that is wanted now.
    ///
    /// @param wanted the password that the environment sets; empty to keep or make one
    void provideAdministrator(String wanted) throws IOException {
        administrator.provide(wanted);
    }

    /// The first tenant, the same for as long as the data lives.
    UUID tenant() throws IOException {
        return administrator.tenant();
    }

    @Override
    public Map<String, String> environmentOf(String service) throws IOException {
        var environment = new HashMap<>(sharedEnvironment());
        var name = Service.of(service).database();
        if (name.isPresent()) {
            environment.putAll(new Databases.Access(
                            postgres.jdbcUrl(name.get()),
                            name.get(),
                            secrets.of("postgres." + name.get()),
                            secrets.of("postgres." + name.get() + "_owner"))
                    .environment());
        }
        environment.putAll(ownEnvironmentOf(Service.of(service)));
        if (Service.of(service) == Service.INGEST) {
            environment.put(PARTITIONS, System.getenv().getOrDefault(PARTITIONS, PARTITIONS_HERE));
        }
        return environment;
    }

    /// What one service alone is told, wherever it runs.
    Map<String, String> ownEnvironmentOf(Service service) {
        return switch (service) {
            case GATEWAY -> environmentOfGateway();
            case AUDIT ->
                Map.of(
                        "WARDROOM_AUDIT_SIGNING_KEY",
                        HubKey.ofAuditLog(secrets).pair(),
                        "WARDROOM_WEBHOOK_KEY",
                        secrets.of("audit.webhook-key", Secrets::key));
            default -> Map.of();
        };
    }

    private Map<String, String> environmentOfGateway() {
        var environment = new HashMap<>(keycloak.environmentOfGateway());
        environment.putAll(mail.environment());
        environment.put("WARDROOM_PUBLIC_URL", ports.http(Port.GATEWAY));
        return environment;
    }

    /// What every service is told, whichever it is.
    Map<String, String> sharedEnvironment() {
        return Map.of(
                "WARDROOM_KAFKA", kafka.bootstrap(),
                "WARDROOM_REDIS", redis.url(),
                "WARDROOM_ISSUER", keycloak.issuer(),
                "WARDROOM_HUB_PUBLIC_KEY", HubKey.of(secrets).publicHalf(),
                "WARDROOM_S3_ENDPOINT", objects.endpoint(),
                "WARDROOM_S3_BUCKET", ObjectStore.BUCKET,
                "WARDROOM_S3_ACCESS_KEY", ObjectStore.ACCESS_KEY,
                "WARDROOM_S3_SECRET_KEY", objects.secretKey());
    }

    @Override
    public String administrator() {
        return ADMINISTRATOR;
    }

    @Override
    public String administratorPassword() throws IOException {
        return administrator.password();
    }

    /// Stops the processes in order, then what runs inside this JVM.
    void stop(Consumer<String> note) throws Exception {
        processes.close(note);
        postgres.stop();
        objects.stop();
        mail.stop();
    }

    PostgresServer postgres() {
        return postgres;
    }

    Databases databases() {
        return databases;
    }

    Kafka kafka() {
        return kafka;
    }

    Keycloak keycloak() {
        return keycloak;
    }

    Integrators integrators() {
        return new Integrators(kafka, keycloak);
    }

    MailServer mail() {
        return mail;
    }

    Ports ports() {
        return ports;
    }
}
