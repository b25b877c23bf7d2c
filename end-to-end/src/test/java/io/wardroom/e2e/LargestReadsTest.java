package io.wardroom.e2e;

import static io.wardroom.e2e.TheSuite.OWNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The memory that `up` gives agent-service is enough for the largest answers, many at once.
class LargestReadsTest {
    private static final int SERIES = 60;
    private static final int BATCHES = 10;
    private static final int MOMENTS = 320;
    private static final int READERS = 16;
    private static final Duration STEP = Duration.ofSeconds(10);

    @Test
    void manyReadTheMostThatOneMayAskFor() throws InterruptedException {
        var agent = VirtualAgent.registered(OWNER);
        var end = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var begin = end.minus(STEP.multipliedBy(BATCHES * MOMENTS));
        for (var batch = 0; batch < BATCHES; batch++) {
            var answer = agent.ingest(batch(batch, begin.plus(STEP.multipliedBy(batch * MOMENTS))));
            assertThat(answer.expect(202).json().get("rejected")).isEmpty();
        }
        var path = "/api/v1/agents/%s/metrics?interval=raw&from=%s&to=%s".formatted(agent.id, begin, end);
        await("all points").atMost(Duration.ofSeconds(60)).until(() -> points(OWNER.get(path)) == BATCHES * MOMENTS);

        var answers = atOnce(() -> OWNER.get(path));

        assertThat(answers).allSatisfy(answer -> {
            answer.expect(200);
            assertThat(answer.json().get("series")).hasSize(SERIES).allSatisfy(series -> assertThat(
                            series.get("points").size())
                    .isEqualTo(BATCHES * MOMENTS));
        });
        // it ends at the first allocation that fails, and nobody starts it again
        OWNER.get("/api/v1/agents/" + agent.id).expect(200);
    }

    private static int points(Answer answer) {
        return answer.expect(200).json().at("/series/0/points").size();
    }

    private static byte[] batch(int seq, Instant from) {
        var items = IntStream.range(0, MOMENTS)
                .mapToObj(moment -> Map.of(
                        "type",
                        "metrics",
                        "captured_at",
                        from.plus(STEP.multipliedBy(moment)).toString(),
                        "samples",
                        IntStream.range(0, SERIES)
                                .mapToObj(series -> Map.of("name", "e2e.large." + series, "value", moment * series))
                                .toList()))
                .toList();
        return Answer.JSON.writeValueAsBytes(Map.of(
                "batch_id",
                UUID.randomUUID().toString(),
                "instance_id",
                "e2e",
                "seq",
                seq,
                "sent_at",
                Instant.now().toString(),
                "agent_version",
                "0.0.1",
                "items",
                items));
    }

    private static List<Answer> atOnce(Callable<Answer> call) throws InterruptedException {
        try (var threads = Executors.newFixedThreadPool(READERS)) {
            return threads
                    .invokeAll(IntStream.range(0, READERS).mapToObj(_ -> call).toList())
                    .stream()
                    .map(answer -> {
                        try {
                            return answer.get();
                        } catch (InterruptedException | ExecutionException failed) {
                            throw new AssertionError(failed);
                        }
                    })
                    .toList();
        }
    }
}
