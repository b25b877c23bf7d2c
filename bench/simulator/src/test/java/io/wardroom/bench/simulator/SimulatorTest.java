package io.wardroom.bench.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class SimulatorTest {
    private static final JsonMapper JSON = new JsonMapper();

    @Test
    void aBatchIsWhatAHostOfEightCoresSends() throws Exception {
        var agent = new VirtualAgent(UUID.randomUUID().toString(), "ms_x", SigningKey.generate(), 1);
        var id = UUID.randomUUID();

        var first = agent.batch(id, Instant.parse("2026-01-31T09:15:00.123Z"));
        var second = agent.batch(UUID.randomUUID(), Instant.parse("2026-01-31T09:15:10Z"));

        assertThat(first.length).isBetween(2_800, 5_500);
        var batch = JSON.readTree(first);
        assertThat(batch.get("batch_id").asString()).isEqualTo(id.toString());
        assertThat(batch.get("seq").asInt()).isEqualTo(1);
        assertThat(JSON.readTree(second).get("seq").asInt()).isEqualTo(2);
        assertThat(batch.get("items")).hasSize(VirtualAgent.ITEMS);
        var samples = batch.at("/items/0/samples");
        assertThat(samples).hasSize(60);
        assertThat(VirtualAgent.samples()).isEqualTo(60);
        var series = new HashSet<String>();
        samples.forEach(sample -> {
            assertThat(sample.get("value").isNumber()).isTrue();
            series.add(sample.get("name").asString() + sample.path("labels"));
        });
        assertThat(series).as("no series twice").hasSize(60);
    }

    @Test
    void itsSignatureIsThatOfTheRegisteredKey() throws Exception {
        var key = SigningKey.generate();
        var body = "[]".getBytes(StandardCharsets.UTF_8);

        var header = key.sign(body);

        var raw = HexFormat.of().formatHex(Base64.getDecoder().decode(key.publicKey()));
        var signature = Signature.getInstance("Ed25519");
        signature.initVerify(KeyFactory.getInstance("Ed25519")
                .generatePublic(new X509EncodedKeySpec(HexFormat.of().parseHex("302a300506032b6570032100" + raw))));
        signature.update(MessageDigest.getInstance("SHA-256").digest(body));
        assertThat(signature.verify(Base64.getDecoder().decode(header))).isTrue();
    }

    @Test
    void comparesWhatIsStoredWithWhatWasAcknowledged() {
        assertThat(StoredCheck.Comparison.of(new long[] {1, 2, 3, 4}, new long[] {9, 2, 1, 2, 4}))
                .isEqualTo(new StoredCheck.Comparison(4, 4, 1, 1, 1));
    }

    /// The server holds each answer back for a tenth of a second: sent at fixed times over one connection, the tenth
    /// batch has waited for nine answers, and its latency says so.
    @Test
    void latencyCountsFromTheTimeABatchWasToBeSent() throws Exception {
        var received = ConcurrentHashMap.<String>newKeySet();
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            server.setExecutor(threads);
            server.createContext("/api/v1/ingest", exchange -> {
                var body = JSON.readTree(exchange.getRequestBody().readAllBytes());
                received.add(body.get("batch_id").asString());
                var until = System.nanoTime() + Duration.ofMillis(100).toNanos();
                while (System.nanoTime() < until) {
                    Thread.onSpinWait();
                }
                var answer = "{\"accepted\":2,\"duplicate\":false}".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(202, answer.length);
                exchange.getResponseBody().write(answer);
                exchange.close();
            });
            server.start();
            var options = Options.of(
                    "--rate", "50",
                    "--connections", "1",
                    "--gateway",
                            URI.create("http://127.0.0.1:" + server.getAddress().getPort())
                                    .toString(),
                    "--password", "none",
                    "--db-password", "none");
            var agents = List.of(new VirtualAgent(UUID.randomUUID().toString(), "ms_x", SigningKey.generate(), 1));
            try (var driver = new LoadDriver(options, agents)) {
                driver.start();
                driver.beginMeasuring();
                var deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
                while (received.size() < 10 && System.nanoTime() < deadline) {
                    Thread.onSpinWait();
                }
                driver.endMeasuring();
                var tally = driver.stop();

                assertThat(tally.acknowledgedCount()).isEqualTo(received.size()).isGreaterThanOrEqualTo(10);
                assertThat(tally.items()).isEqualTo(2L * tally.acknowledgedCount());
                // nine answers of 100 ms each, less the 20 ms that lie between two batches
                assertThat(tally.worstMillis()).isGreaterThan(600);
                assertThat(tally.others().keySet()).isSubsetOf("not sent");
            }
        } finally {
            server.stop(0);
        }
    }

    @Test
    void saysWhatItDoesNotUnderstand() {
        assertThatThrownBy(() -> Options.of("--rate")).hasMessageContaining("--rate");
        assertThatThrownBy(() -> Options.of("--speed", "9")).hasMessageContaining("--speed");
        assertThatThrownBy(() -> Options.of("--rate", "x")).hasMessageContaining("whole number");
        assertThatThrownBy(() -> Options.of("--rate", "1", "--max", "true")).hasMessageContaining("either");
        assertThatThrownBy(() -> Options.of("--for", "10m", "--interval", "soon"))
                .hasMessageContaining("such as");
        assertThatThrownBy(() -> Options.of("--for", "10m", "--interval", "0")).hasMessageContaining("longer");
        assertThatThrownBy(() -> Options.of("--batches", "9", "--faults", "clone"))
                .hasMessageContaining("--for");
        assertThatThrownBy(() -> Options.of("--reads", "20", "--seed", "9")).hasMessageContaining("--past");
        assertThatThrownBy(() -> Options.of("--max", "true", "--pids", "gateway"))
                .hasMessageContaining("name=pid");
    }
}
