package io.wardroom.bench.simulator;

import io.wardroom.bench.simulator.PurplePeople.Person;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.HdrHistogram.ConcurrentHistogram;
import org.jspecify.annotations.Nullable;

/// Fifty people who work on a tenant's tests: lists, figures, and tests that move on, at fixed times whatever the
/// answers do. Latency counts from the time a request was to be sent.
final class PurpleLoad {
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final int DRAFTS = 2_000;
    private static final int PAGE = 200;
    private static final int EXPORTS = 3;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);
    private static final Pattern HEAP =
            Pattern.compile("^jvm_memory_used_bytes\\{[^}]*area=\"heap\"[^}]*} ([0-9.E+]+)$", Pattern.MULTILINE);

    private static final Map<String, Integer> GOALS = new LinkedHashMap<>();

    static {
        GOALS.put("list", 50);
        GOALS.put("metric", 100);
        GOALS.put("transition", 50);
    }

    private final Options options;
    private final int rate;
    private final PurplePeople people;
    private final List<Kind> kinds = new ArrayList<>();
    private final Map<String, ConcurrentHistogram> latencies = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> others = new ConcurrentHashMap<>();
    private final Deque<Moving> drafts = new ConcurrentLinkedDeque<>();
    private final Deque<Moving> going = new ConcurrentLinkedDeque<>();

    private PurpleLoad(Options options, int rate) {
        this.options = options;
        this.rate = rate;
        this.people = new PurplePeople(options);
    }

    private interface Ask {
        /// @return the answer's status
        int send() throws IOException, InterruptedException;
    }

    /// @param group names its goal
    /// @param weight how often it is asked, beside the others
    private record Kind(String group, String name, int weight, Ask ask) {}

    /// A test on its way.
    private record Moving(String id, Step step) {}

    private enum Step {
        START("start-execution", "red_tech", null),
        SUBMIT_RED("submit-red", "red_tech", null),
        SUBMIT_BLUE("submit-blue", "blue_tech", null),
        VALIDATE_RED("validate-red", "red_lead", Map.of("red_validation_status", "approved")),
        VALIDATE_BLUE("validate-blue", "blue_lead", Map.of("blue_validation_status", "approved"));

        private final String route;
        private final String role;
        private final @Nullable Object body;

        Step(String route, String role, @Nullable Object body) {
            this.route = route;
            this.role = role;
            this.body = body;
        }
    }

    /// @return whether all kept their goals
    static boolean measure(Options options) throws IOException, InterruptedException, SQLException {
        return new PurpleLoad(options, options.purple().orElseThrow()).run();
    }

    private boolean run() throws IOException, InterruptedException, SQLException {
        if (options.warmUp().plus(options.duration()).compareTo(PurplePeople.GOOD_FOR) > 0) {
            throw new IOException(
                    "people log in once: at most %d minutes".formatted(PurplePeople.GOOD_FOR.toMinutes()));
        }
        people.arrive();
        new PurpleSeed(options)
                .seed(
                        people.anybody().tenant(),
                        people.all().stream().map(Person::id).toList(),
                        options.tests());
        prepare();
        load();
        var kept = report();
        export();
        return kept;
    }

    private void prepare() throws IOException, InterruptedException {
        for (var offset = 0; offset < DRAFTS; offset += PAGE) {
            people.read("/tests?state=draft&limit=%d&offset=%d".formatted(PAGE, offset))
                    .get("items")
                    .forEach(test -> drafts.add(new Moving(test.get("id").asString(), Step.START)));
        }
        var techniques = new ArrayList<String>();
        people.read("/techniques")
                .forEach(technique -> techniques.add(technique.get("id").asString()));
        var page = people.read("/tests?limit=200&offset=1000");
        var tests = new ArrayList<String>();
        page.get("items").forEach(test -> tests.add(test.get("id").asString()));
        System.out.printf(
                "%d techniques, %d tests, %d people, %d requests/s%n",
                techniques.size(), page.get("total").asLong(), people.all().size(), rate);

        list(3, "GET /tests?limit=50", () -> "/tests?limit=50");
        list(2, "GET /tests?state=validated", () -> "/tests?state=validated&limit=50");
        list(2, "GET /tests?technique_id=", () -> "/tests?limit=50&technique_id=" + any(techniques));
        list(1, "GET /tests?platform=linux", () -> "/tests?platform=linux&limit=50");
        list(
                1,
                "GET /tests?created_by=",
                () -> "/tests?limit=50&created_by=" + people.anybody().id());
        list(1, "GET /tests?pending_validation_side=blue", () -> "/tests?pending_validation_side=blue&limit=50");
        list(2, "GET /techniques", () -> "/techniques");
        list(1, "GET /techniques?tactic=execution", () -> "/techniques?tactic=execution");
        list(1, "GET /tests/{id}", () -> "/tests/" + any(tests));
        list(1, "GET /notifications", () -> "/notifications");
        list(1, "GET /test-templates", () -> "/test-templates?limit=50");
        metric(2, "summary");
        metric(1, "by-tactic");
        metric(1, "test-pipeline");
        metric(1, "team-activity");
        metric(1, "validation-rate");
        metric(1, "recent-tests");
        kinds.add(new Kind("transition", "POST /tests/{id}/...", 6, this::moveOn));
    }

    private void list(int weight, String name, Supplier<String> path) {
        kinds.add(new Kind("list", name, weight, () -> people.send("GET", path.get(), people.anybody(), null)));
    }

    private void metric(int weight, String name) {
        var path = "/metrics/" + name;
        kinds.add(new Kind("metric", "GET " + path, weight, () -> people.send("GET", path, people.anybody(), null)));
    }

    private int moveOn() throws IOException, InterruptedException {
        var next = ThreadLocalRandom.current().nextInt(5) > 0 ? going.poll() : null;
        var test = next == null ? drafts.poll() : next;
        if (test == null) {
            throw new IOException("no draft is left");
        }
        var status = people.send(
                "POST",
                "/tests/%s/%s".formatted(test.id(), test.step().route),
                people.of(test.step().role),
                test.step().body);
        if (status == 200 && test.step() != Step.VALIDATE_BLUE) {
            going.add(new Moving(test.id(), Step.values()[test.step().ordinal() + 1]));
        }
        return status;
    }

    private void load() throws InterruptedException {
        var often = new ArrayList<Kind>();
        kinds.forEach(kind -> {
            for (var i = 0; i < kind.weight(); i++) {
                often.add(kind);
            }
        });
        new OpenLoop(rate, options.warmUp(), options.duration()).run((due, measured) -> ask(any(often), due, measured));
    }

    private void ask(Kind kind, long due, boolean measured) {
        String status;
        try {
            status = String.valueOf(kind.ask().send());
        } catch (IOException failed) {
            status = failed.toString();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            status = "stopped";
        }
        if (!status.equals("200")) {
            others.computeIfAbsent(kind.name() + ": " + status, _ -> new LongAdder())
                    .increment();
        } else if (measured) {
            var took = Math.min(System.nanoTime() - due, LONGEST.toNanos());
            latency(kind.group()).recordValue(took);
            latency(kind.name()).recordValue(took);
        }
    }

    private ConcurrentHistogram latency(String of) {
        return latencies.computeIfAbsent(of, _ -> new ConcurrentHistogram(LONGEST.toNanos(), 3));
    }

    private boolean report() {
        for (var kind : kinds) {
            print("  " + kind.name(), latency(kind.name()));
        }
        var kept = others.isEmpty();
        for (var goal : GOALS.entrySet()) {
            var latency = latency(goal.getKey());
            print("all of " + goal.getKey(), latency);
            var good = latency.getTotalCount() > 0 && latency.getValueAtPercentile(99) < goal.getValue() * 1e6;
            System.out.printf("  goal p99 < %d ms: %s%n", goal.getValue(), good ? "kept" : "MISSED");
            kept &= good;
        }
        System.out.printf("other answers: %s%n", others);
        return kept;
    }

    private static void print(String what, ConcurrentHistogram latency) {
        System.out.printf(
                "%-46s p50 %7.1f  p99 %7.1f  worst %7.1f ms of %d%n",
                what,
                latency.getValueAtPercentile(50) / 1e6,
                latency.getValueAtPercentile(99) / 1e6,
                latency.getMaxValue() / 1e6,
                latency.getTotalCount());
    }

    /// Takes the reports whole, one after the other, and looks at the service's heap meanwhile.
    private void export() throws IOException, InterruptedException {
        for (var report : List.of(
                "coverage-csv", "coverage-summary", "test-results", "test-results?format=html", "remediation-status")) {
            for (var i = 0; i < EXPORTS; i++) {
                var before = heap();
                var most = new AtomicLong(before);
                var done = new AtomicBoolean();
                var looking = new FutureTask<>(() -> look(most, done));
                Thread.ofVirtual().start(looking);
                var begin = System.nanoTime();
                var bytes = people.download("/reports/" + report);
                var seconds = (System.nanoTime() - begin) / 1e9;
                done.set(true);
                seen(looking);
                System.out.printf(
                        "%-26s %8.2f MB in %6.2f s; heap in use %d MB before, %d MB at most%n",
                        report, bytes / 1e6, seconds, before >> 20, most.get() >> 20);
            }
        }
    }

    /// A heap that could not be looked at is no figure.
    private static void seen(FutureTask<?> looking) throws IOException, InterruptedException {
        try {
            looking.get();
        } catch (ExecutionException blind) {
            throw new IOException("the service's heap cannot be seen", blind.getCause());
        }
    }

    private @Nullable Void look(AtomicLong most, AtomicBoolean done) throws IOException, InterruptedException {
        while (!done.get()) {
            most.accumulateAndGet(heap(), Math::max);
            Thread.sleep(BETWEEN_LOOKS);
        }
        return null;
    }

    private long heap() throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            var answer = http.send(
                    HttpRequest.newBuilder(URI.create(options.purpleMetrics()))
                            .timeout(Duration.ofSeconds(5))
                            .build(),
                    BodyHandlers.ofString());
            return HEAP.matcher(answer.body())
                    .results()
                    .mapToLong(line -> (long) Double.parseDouble(line.group(1)))
                    .sum();
        }
    }

    private static <T> T any(List<T> things) {
        return things.get(ThreadLocalRandom.current().nextInt(things.size()));
    }
}
