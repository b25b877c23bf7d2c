package io.wardroom.bench.simulator;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.HdrHistogram.ConcurrentHistogram;

/// How long the two reads of a large fleet take that people wait for: its list, and a day of all series of one agent.
/// Sent at fixed times, whatever the answers do; a read's latency counts from the time it was to be sent.
final class ReadProbe {
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final int MOST_AGENTS = 10_000;
    private static final int PAGE = 200;

    private final Options options;
    private final Suite suite;
    private final int rate;

    private ReadProbe(Options options, int rate) {
        this.options = options;
        this.suite = new Suite(options);
        this.rate = rate;
    }

    /// @return whether both kept their goals
    static boolean measure(Options options) throws IOException, InterruptedException {
        return new ReadProbe(options, options.reads().orElseThrow()).run();
    }

    private boolean run() throws IOException, InterruptedException {
        var agents = seeded();
        if (agents.isEmpty()) {
            System.out.println("no seeded agents: give --past 24h --interval 60 --agents 8 --seed 10000 first");
            return false;
        }
        var total = suite.read("/agents?limit=1").get("total").asLong();
        System.out.printf("%d agents, %d of them seeded; %d reads/s%n", total, agents.size(), rate);
        var list = paced("GET /agents?limit=50", 50, () -> "/agents?limit=50");
        var day = paced("GET /agents/{id}/metrics?interval=auto, 24 h of all series", 150, () -> {
            var to = Instant.now();
            return "/agents/%s/metrics?interval=auto&from=%s&to=%s"
                    .formatted(
                            agents.get(ThreadLocalRandom.current().nextInt(agents.size())),
                            to.minus(Duration.ofHours(24)),
                            to);
        });
        return list & day;
    }

    private List<String> seeded() throws IOException, InterruptedException {
        var ids = new ArrayList<String>();
        for (var offset = 0; offset < MOST_AGENTS; offset += PAGE) {
            var page = suite.read("/agents?search=seeded-&limit=%d&offset=%d".formatted(PAGE, offset));
            page.get("items").forEach(agent -> ids.add(agent.get("id").asString()));
            if (page.get("items").size() < PAGE) {
                break;
            }
        }
        return ids;
    }

    private boolean paced(String what, int goalMillis, Supplier<String> path) throws InterruptedException {
        var latency = new ConcurrentHistogram(LONGEST.toNanos(), 3);
        var others = new ConcurrentHashMap<String, LongAdder>();
        new OpenLoop(rate, options.warmUp(), options.duration()).run((due, measured) -> {
            var status = read(path.get());
            if (!status.equals("200")) {
                others.computeIfAbsent(status, _ -> new LongAdder()).increment();
            } else if (measured) {
                latency.recordValue(Math.min(System.nanoTime() - due, LONGEST.toNanos()));
            }
        });
        var p99 = latency.getValueAtPercentile(99) / 1e6;
        var kept = p99 < goalMillis && others.isEmpty() && latency.getTotalCount() > 0;
        System.out.printf(
                "%s: p50 %.1f ms, p99 %.1f ms, worst %.1f ms of %d reads, other answers %s; goal p99 < %d ms: %s%n",
                what,
                latency.getValueAtPercentile(50) / 1e6,
                p99,
                latency.getMaxValue() / 1e6,
                latency.getTotalCount(),
                others,
                goalMillis,
                kept ? "kept" : "MISSED");
        return kept;
    }

    private String read(String path) {
        try {
            return String.valueOf(suite.readAway(path));
        } catch (IOException failed) {
            return failed.toString();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return "stopped";
        }
    }
}
