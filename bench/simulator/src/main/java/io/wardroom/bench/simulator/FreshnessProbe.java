package io.wardroom.bench.simulator;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.HdrHistogram.Histogram;

/// Measures how long it takes from sending a point until a reader sees it, with an agent of its own beside the load.
final class FreshnessProbe implements Runnable {
    private static final Duration BETWEEN = Duration.ofMillis(300);
    private static final Duration POLL = Duration.ofMillis(5);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final Histogram freshness = new Histogram(LONGEST.toNanos() / 1000, 3);
    private final Suite suite;
    private final VirtualAgent agent;
    private volatile boolean stopped;
    private volatile boolean measuring;
    private int missed;
    private String trouble = "";

    FreshnessProbe(Suite suite, VirtualAgent agent) {
        this.suite = suite;
        this.agent = agent;
    }

    void measure(boolean on) {
        measuring = on;
    }

    void stop() {
        stopped = true;
    }

    @Override
    public void run() {
        try {
            while (!stopped) {
                once();
                Thread.sleep(BETWEEN);
            }
        } catch (IOException failed) {
            trouble = failed.toString();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void once() throws IOException, InterruptedException {
        var at = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        var body = ("{\"batch_id\":\"%s\",\"items\":[{\"type\":\"metrics\",\"captured_at\":\"%s\","
                        + "\"samples\":[{\"name\":\"simulator.probe\",\"value\":1}]}]}")
                .formatted(UUID.randomUUID(), at)
                .getBytes(StandardCharsets.UTF_8);
        var begin = System.nanoTime();
        var counted = measuring;
        var acknowledged = suite.ingest(agent, body).status() == 202;
        while (acknowledged && System.nanoTime() - begin < LONGEST.toNanos()) {
            var answer = suite.points(agent.id(), "simulator.probe", at.minusMillis(1), at.plusMillis(1));
            if (answer.status() == 200
                    && !answer.body().at("/series/0/points/0").isMissingNode()) {
                if (counted) {
                    freshness.recordValue(Math.min((System.nanoTime() - begin) / 1000, LONGEST.toNanos() / 1000));
                }
                return;
            }
            Thread.sleep(POLL);
        }
        missed++;
    }

    String report() {
        return freshness.getTotalCount() == 0
                ? "not measured, missed %d %s".formatted(missed, trouble)
                : "p50 %.0f ms, p99 %.0f ms, worst %.0f ms, of %d points, missed %d %s"
                        .formatted(
                                freshness.getValueAtPercentile(50) / 1000.0,
                                freshness.getValueAtPercentile(99) / 1000.0,
                                freshness.getMaxValue() / 1000.0,
                                freshness.getTotalCount(),
                                missed,
                                trouble);
    }
}
