package io.wardroom.e2e;

import static io.wardroom.e2e.TheSuite.OWNER;
import static io.wardroom.e2e.TheSuite.STACK;
import static io.wardroom.e2e.TheSuite.SUITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What was acknowledged is stored, once, whatever was killed meanwhile.
class NothingIsLostTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void theSameBatchTwiceIsStoredOnce() {
        var agent = VirtualAgent.registered(OWNER);
        var at = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        var body = VirtualAgent.batch(UUID.randomUUID(), 1, at, 17);

        assertThat(agent.ingest(body).expect(202).json().get("duplicate").asBoolean())
                .isFalse();
        assertThat(agent.ingest(body).expect(202).json().get("duplicate").asBoolean())
                .isTrue();

        await("the point").atMost(PATIENCE).until(() -> pointsOf(agent).size() == 1);
        assertThat(pointsOf(agent)).containsExactlyEntriesOf(new TreeMap<>(Map.of(at.toEpochMilli(), 17.0)));
    }

    @Test
    void theSignatureTableHolds() {
        var agent = VirtualAgent.registered(OWNER);
        var body = VirtualAgent.batch(UUID.randomUUID(), 1, Instant.now(), 1);
        var other = VirtualAgent.batch(UUID.randomUUID(), 2, Instant.now(), 2);

        agent.ingest(body, null, Map.of()).expect(403);
        agent.ingest(body, agent.sign(other), Map.of()).expect(403);
        agent.ingest(body).expect(202);

        await("the refusals in the audit log").atMost(PATIENCE).until(() -> OWNER.get(
                        "/api/v1/audit-logs?action=ingest_batch&limit=100")
                .expect(200)
                .json()
                .get("items")
                .valueStream()
                .filter(row -> row.get("entity_id").asString().equals(agent.id))
                .map(row -> row.get("reason").asString())
                .sorted()
                .toList()
                .equals(List.of("SIGNATURE_INVALID", "UNSIGNED_PAYLOAD")));
    }

    @Test
    void kafkaMayStopInMidStream() {
        var agents = IntStream.range(0, 3)
                .mapToObj(_ -> new Stream(VirtualAgent.registered(OWNER)))
                .toList();

        agents.forEach(agent -> agent.send(4));
        STACK.stopKafka();
        try {
            var refused = agents.getFirst().offer();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(refused.field("code")).isEqualTo("UNAVAILABLE");
        } finally {
            STACK.startKafka();
        }
        agents.forEach(agent -> agent.send(4));

        agents.forEach(Stream::isStoredExactly);
    }

    @Test
    void servicesMayBeKilledInMidStream() throws Exception {
        var agents = IntStream.range(0, 3)
                .mapToObj(_ -> new Stream(VirtualAgent.registered(OWNER)))
                .toList();

        agents.forEach(agent -> agent.send(3));
        SUITE.kill("agent-service");
        agents.forEach(agent -> agent.send(3));
        SUITE.kill("ingest-service");
        assertThat(agents.getFirst().offer().status()).isEqualTo(503);
        SUITE.start("ingest-service");
        SUITE.start("agent-service");
        agents.forEach(agent -> agent.send(3));

        agents.forEach(Stream::isStoredExactly);
    }

    @Test
    void theAgentMayBeKilledAndGoesOnWhereItWas() throws Exception {
        var before = thisHost();
        var lastSeen = OWNER.get("/api/v1/agents/" + before).field("last_seen_at");

        SUITE.kill("agent");
        SUITE.start("agent");

        await("a batch of the new start")
                .atMost(PATIENCE)
                .until(() -> OWNER.get("/api/v1/agents/" + before)
                                .field("last_seen_at")
                                .compareTo(lastSeen)
                        > 0);
        assertThat(thisHost()).isEqualTo(before);
    }

    private static String thisHost() {
        var identity = SUITE.agentDirectory().resolve("data/identity.json");
        try {
            return Answer.JSON
                    .readTree(Files.readString(identity))
                    .get("agent_id")
                    .asString();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static TreeMap<Long, Double> pointsOf(VirtualAgent agent) {
        var points = new TreeMap<Long, Double>();
        var answer = OWNER.get("/api/v1/agents/" + agent.id + "/metrics?interval=raw&name=" + VirtualAgent.METRIC
                + "&from=" + Instant.now().minusSeconds(1800) + "&to="
                + Instant.now().plusSeconds(60));
        answer.expect(200).json().get("series").forEach(series -> series.get("points")
                .forEach(point -> {
                    var earlier = points.put(point.get(0).asLong(), point.get(1).asDouble());
                    assertThat(earlier).as("a second point at %s", point.get(0)).isNull();
                }));
        return points;
    }

    /// One agent that sends a value after the other, and again until it is acknowledged, as the real one does.
    private static final class Stream {
        private final VirtualAgent agent;
        private final TreeMap<Long, Double> acknowledged = new TreeMap<>();
        private final Instant start =
                Instant.now().truncatedTo(ChronoUnit.MILLIS).minusSeconds(600);
        private long seq;

        Stream(VirtualAgent agent) {
            this.agent = agent;
        }

        /// Tries the next batch once; it is not counted.
        Answer offer() {
            return agent.ingest(batch(UUID.randomUUID(), seq));
        }

        void send(int batches) {
            for (var i = 0; i < batches; i++) {
                var batchId = UUID.randomUUID();
                var body = batch(batchId, seq);
                var answers = new ArrayList<Integer>();
                await("batch %d, answered %s".formatted(seq, answers))
                        .atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(500))
                        .pollDelay(Duration.ZERO)
                        .until(() -> {
                            var status = agent.ingest(body).status();
                            answers.add(status);
                            assertThat(status).isIn(202, 503, 429);
                            return status == 202;
                        });
                acknowledged.put(at(seq).toEpochMilli(), (double) seq);
                seq++;
            }
        }

        void isStoredExactly() {
            await("all of them").atMost(PATIENCE).until(() -> pointsOf(agent).size() >= acknowledged.size());
            assertThat(pointsOf(agent)).containsAllEntriesOf(acknowledged);
        }

        private byte[] batch(UUID batchId, long number) {
            return VirtualAgent.batch(batchId, number, at(number), number);
        }

        private Instant at(long number) {
            return start.plusSeconds(number);
        }
    }
}
