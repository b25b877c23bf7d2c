package io.wardroom.e2e;

import static io.wardroom.e2e.TheSuite.OWNER;
import static io.wardroom.e2e.TheSuite.STACK;
import static io.wardroom.e2e.TheSuite.SUITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    void anyServerMayBeKilledInMidStream(@TempDir Path folder) throws Exception {
        var agent = VirtualAgent.registered(OWNER);
        try (var fleet = Simulator.start(
                folder, "--agents", "40", "--interval", "1s", "--for", "40s", "--faults", "clone,bad-signature")) {
            fleet.awaitSaid("hosts live", PATIENCE);

            STACK.stopKafka();
            try {
                var refused = offer(agent, 1);
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.headers().firstValue("Retry-After")).isPresent();
                assertThat(refused.field("code")).isEqualTo("UNAVAILABLE");
            } finally {
                STACK.startKafka();
            }
            SUITE.kill("agent-service");
            SUITE.kill("ingest-service");
            assertThat(offer(agent, 2).status()).isEqualTo(503);
            SUITE.start("ingest-service");
            SUITE.start("agent-service");

            fleet.findsEverythingStoredOnce(Duration.ofMinutes(5));
            assertThat(fleet.said()).contains("403 FORBIDDEN").contains("without an answer in the end: 0 batches");
        }
    }

    @Test
    void twentyThousandBatchesMayWaitForTheirConsumer(@TempDir Path folder) throws Exception {
        try (var fleet =
                Simulator.start(folder, "--agents", "40", "--batches", "20000", "--series", "16", "--hold", "true")) {
            fleet.awaitSaid("registered;", PATIENCE);
            SUITE.kill("agent-service");
            try {
                fleet.goOn();
                fleet.awaitSaid("sent;", Duration.ofMinutes(3));
            } finally {
                SUITE.start("agent-service");
            }
            fleet.goOn();

            fleet.findsEverythingStoredOnce(Duration.ofMinutes(4));
            assertThat(fleet.said()).contains("acknowledged 20000 batches");
        }
    }

    /// Sends one batch, once.
    private static Answer offer(VirtualAgent agent, long number) {
        return agent.ingest(VirtualAgent.batch(UUID.randomUUID(), number, Instant.now(), number));
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
}
