package io.wardroom.bench.simulator;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// What a batch's unavoidable parts cost this machine at this moment, one after the other on an idle suite: the measure
/// by which the cost of the whole is judged, because a shared machine is twice as fast in one minute as in the next.
final class Parts {
    private static final int ROWS_A_COMMIT = 500;
    private static final int PACKED_BYTES = 300;
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(4);

    private final Options options;
    private final Processes processes;
    private final byte[] body;
    private double sum;

    private Parts(Options options) throws GeneralSecurityException, IOException {
        this.options = options;
        this.processes = Processes.of(options);
        this.body = new VirtualAgent("", "", SigningKey.generate(), 1).batch(UUID.randomUUID(), Instant.now());
    }

    /// Measures and prints all of them.
    static void measure(Options options)
            throws GeneralSecurityException, IOException, SQLException, InterruptedException, ExecutionException {
        var parts = new Parts(options);
        System.out.printf("parts of a batch of %d bytes, µs of CPU%n", parts.body.length);
        parts.verify();
        parts.digest();
        parts.tokens();
        parts.kafka();
        parts.postgres();
        System.out.printf("  %-44s %7.1f%n", "sum", parts.sum);
    }

    private void say(String part, double micros) {
        sum += micros;
        System.out.printf("  %-44s %7.1f%n", part, micros);
    }

    @FunctionalInterface
    private interface Step {
        void run() throws GeneralSecurityException, IOException;
    }

    /// µs of a step on one thread, after it ran as long to warm up.
    private static double micros(Step step) throws GeneralSecurityException, IOException {
        runFor(LONG_ENOUGH, step);
        var begin = System.nanoTime();
        var times = runFor(LONG_ENOUGH, step);
        return (System.nanoTime() - begin) / 1000.0 / times;
    }

    private static long runFor(Duration time, Step step) throws GeneralSecurityException, IOException {
        var end = System.nanoTime() + time.toNanos();
        var times = 0L;
        while (System.nanoTime() < end) {
            step.run();
            times++;
        }
        return times;
    }

    private void verify() throws GeneralSecurityException, IOException {
        var provider = AmazonCorrettoCryptoProvider.INSTANCE;
        var pair = KeyPairGenerator.getInstance("Ed25519", "SunEC").generateKeyPair();
        var digest = MessageDigest.getInstance("SHA-256").digest(body);
        var signer = Signature.getInstance("Ed25519", "SunEC");
        signer.initSign(pair.getPrivate());
        signer.update(digest);
        var signature = signer.sign();
        var key = KeyFactory.getInstance("Ed25519", provider)
                .generatePublic(new X509EncodedKeySpec(pair.getPublic().getEncoded()));
        var verifier = Signature.getInstance("Ed25519", provider);
        say("Ed25519 verify, ACCP", micros(() -> {
            verifier.initVerify(key);
            verifier.update(digest);
            if (!verifier.verify(signature)) {
                throw new IllegalStateException("a right signature was refused");
            }
        }));
    }

    private void digest() throws GeneralSecurityException, IOException {
        var sha256 = MessageDigest.getInstance("SHA-256");
        say("SHA-256 of the body", micros(() -> sha256.digest(body)));
    }

    private void tokens() throws GeneralSecurityException, IOException {
        var json = JsonFactory.builder().build();
        say("JSON tokens of the body, Jackson", micros(() -> {
            try (var parser = json.createParser(ObjectReadContext.empty(), body)) {
                for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
                    if (token == JsonToken.VALUE_NUMBER_FLOAT) {
                        parser.getDoubleValue();
                    }
                }
            }
        }));
    }

    /// The broker's CPU a record of a packed batch's size, sent in full batches, and this process's for sending it.
    private void kafka() throws InterruptedException, ExecutionException {
        var topic = "bench.parts." + UUID.randomUUID();
        var settings = Map.<String, Object>of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                options.kafka(),
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.BATCH_SIZE_CONFIG,
                128 * 1024,
                ProducerConfig.LINGER_MS_CONFIG,
                5,
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                8L << 20);
        try (var admin =
                Admin.create(Map.<String, Object>of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, options.kafka()))) {
            admin.createTopics(List.of(new NewTopic(topic, 4, (short) 1))).all().get();
            try (var producer =
                    new KafkaProducer<byte[], byte[]>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
                var value = new byte[PACKED_BYTES];
                var records = send(producer, topic, value);
                var broker = processes.used();
                var own = ownCpu();
                records = send(producer, topic, value);
                say("Kafka broker, batched", micros(broker, processes.used(), "kafka") / records);
                say("Kafka producer, batched", (ownCpu().minus(own)).toNanos() / 1000.0 / records);
            } finally {
                admin.deleteTopics(List.of(topic)).all().get();
            }
        }
    }

    /// At 20,000 a second, which the broker follows with ease: its batches are then full, and nothing waits.
    private static int send(KafkaProducer<byte[], byte[]> producer, String topic, byte[] value)
            throws InterruptedException {
        var sent = 0;
        var begin = System.nanoTime();
        while (System.nanoTime() - begin < LONG_ENOUGH.toNanos()) {
            for (var i = 0; i < 100; i++) {
                producer.send(new ProducerRecord<>(
                        topic, UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII), value));
            }
            sent += 100;
            TimeUnit.NANOSECONDS.sleep(begin + sent * 50_000L - System.nanoTime());
        }
        producer.flush();
        return sent;
    }

    /// PostgreSQL's CPU a wide row with a primary key, 500 a transaction.
    private void postgres() throws SQLException {
        var settings = new Properties();
        settings.setProperty("user", options.ownerUser());
        settings.setProperty("password", options.ownerPassword());
        settings.setProperty("connectTimeout", "5");
        settings.setProperty("socketTimeout", "60");
        try (var connection = DriverManager.getConnection(options.databaseUrl(), settings)) {
            connection.setAutoCommit(false);
            try (var statement = connection.createStatement()) {
                statement.execute("create table bench_parts (agent_id uuid, at timestamptz, batch_id uuid,"
                        + " moments bytea, primary key (agent_id, at, batch_id))");
                connection.commit();
                try {
                    insertRows(connection);
                    var before = processes.used();
                    var rows = insertRows(connection);
                    say("PostgreSQL, rows of 500 a commit", micros(before, processes.used(), "postgres") / rows);
                } finally {
                    connection.rollback();
                    statement.execute("drop table bench_parts");
                    connection.commit();
                }
            }
        }
    }

    private static int insertRows(Connection connection) throws SQLException {
        var random = new SplittableRandom(1);
        var agents = new UUID[ROWS_A_COMMIT];
        var batches = new UUID[ROWS_A_COMMIT];
        var moments = new byte[ROWS_A_COMMIT][PACKED_BYTES];
        var rows = 0;
        var end = System.nanoTime() + LONG_ENOUGH.toNanos();
        try (var insert =
                connection.prepareStatement("insert into bench_parts select n.agent_id, now(), n.batch_id, n.moments"
                        + " from unnest(?::uuid[], ?::uuid[], ?::bytea[]) as n (agent_id, batch_id, moments)")) {
            while (System.nanoTime() < end) {
                Arrays.setAll(agents, _ -> new UUID(0, random.nextInt(1000)));
                Arrays.setAll(batches, _ -> UUID.randomUUID());
                insert.setArray(1, connection.createArrayOf("uuid", agents));
                insert.setArray(2, connection.createArrayOf("uuid", batches));
                insert.setArray(3, connection.createArrayOf("bytea", moments));
                insert.executeUpdate();
                connection.commit();
                rows += ROWS_A_COMMIT;
            }
        }
        return rows;
    }

    private static double micros(Map<String, Duration> before, Map<String, Duration> after, String process) {
        var from = before.get(process);
        var to = after.get(process);
        if (from == null || to == null) {
            throw new IllegalStateException("%s is not among the processes of the suite".formatted(process));
        }
        return to.minus(from).toNanos() / 1000.0;
    }

    private static Duration ownCpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow();
    }
}
