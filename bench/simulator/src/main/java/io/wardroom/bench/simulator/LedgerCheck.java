package io.wardroom.bench.simulator;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Holds what the suite tells people against what it acknowledged to agents: the ids of batches as they lie in the
/// database, every value of every moment, and the newest state of every section.
final class LedgerCheck {
    private static final JsonMapper JSON = new JsonMapper();
    static final Duration SETTLES_WITHIN = Duration.ofMinutes(3);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int AT_ONCE = 4;
    /// What one read may answer, with room to spare.
    private static final int MOST_POINTS = 150_000;
    private static final int MOST_POINTS_OF_A_SERIES = 10_000;
    private static final int MOST_TOLD = 10;

    private final Options options;
    private final Suite suite;
    private final Duration patience;
    private final Semaphore places = new Semaphore(AT_ONCE, true);
    private final List<String> examples = new ArrayList<>();

    /// @param patience how long what was acknowledged may be on its way
    LedgerCheck(Options options, Suite suite, Duration patience) {
        this.patience = patience;
        this.options = options;
        this.suite = suite;
    }

    /// Of one agent or of many.
    ///
    /// @param lost      moments that were acknowledged and are not there
    /// @param different moments of which a value is missing, another or too many
    /// @param doubled   points that an answer holds twice
    /// @param unasked   moments that are there, though they were refused or never sent
    /// @param sections  inventories' sections that were compared
    /// @param wrong     those that are not as they were told last
    private record Found(
            long moments, long lost, long different, long doubled, long unasked, long sections, long wrong) {
        static final Found NOTHING = new Found(0, 0, 0, 0, 0, 0, 0);

        Found plus(Found other) {
            return new Found(
                    moments + other.moments,
                    lost + other.lost,
                    different + other.different,
                    doubled + other.doubled,
                    unasked + other.unasked,
                    sections + other.sections,
                    wrong + other.wrong);
        }

        boolean isRight() {
            return lost + different + doubled + unasked + wrong == 0;
        }
    }

    /// Waits until everything acknowledged is there or time is over, and tells what is wrong.
    boolean holds(Collection<Ledger> ledgers) throws SQLException, InterruptedException, IOException {
        var deadline = System.nanoTime() + patience.toNanos();
        var ids = StoredIds.settled(options, ledgers, deadline);
        var work = ledgers.stream()
                .map(ledger -> (Callable<Found>) () -> {
                    places.acquire();
                    try {
                        return settled(ledger, deadline);
                    } finally {
                        places.release();
                    }
                })
                .toList();
        var found = Simulation.all(work).stream().reduce(Found.NOTHING, Found::plus);
        System.out.println(ids.map(StoredIds.Comparison::told).orElse("ids of batches: not compared, no password"));
        System.out.printf(
                "values: %d moments acknowledged, lost %d, different %d, points twice %d, refused or unknown ones stored %d%n",
                found.moments(), found.lost(), found.different(), found.doubled(), found.unasked());
        System.out.printf("inventories: %d sections compared, wrong %d%n", found.sections(), found.wrong());
        synchronized (examples) {
            examples.forEach(System.out::println);
        }
        var right = found.isRight() && ids.map(StoredIds.Comparison::isRight).orElse(true);
        System.out.println(right ? "everything acknowledged is stored, once" : "WRONG: see above");
        return right;
    }

    private Found settled(Ledger ledger, long deadline) throws IOException, InterruptedException {
        while (true) {
            var told = new ArrayList<String>();
            var found = values(ledger, told).plus(sections(ledger, told));
            if (found.isRight() || System.nanoTime() > deadline) {
                synchronized (examples) {
                    told.stream().limit(MOST_TOLD - examples.size()).forEach(examples::add);
                }
                return found;
            }
            Thread.sleep(PAUSE);
        }
    }

    private Found values(Ledger ledger, List<String> told) throws IOException, InterruptedException {
        var acknowledged = ledger.acknowledged();
        var first = ledger.first();
        var last = ledger.last();
        if (first == null || last == null) {
            return Found.NOTHING;
        }
        var stored = new HashMap<Long, Long>();
        var doubled = 0L;
        // as many moments at a time as an answer may hold
        var times = acknowledged.keySet().stream().sorted().toList();
        var most = Math.min(MOST_POINTS / Math.min(options.plan().orElseThrow().series(), 64), MOST_POINTS_OF_A_SERIES);
        for (var i = 0; i < times.size(); i += most) {
            var from = times.get(i);
            var to = i + most < times.size() ? times.get(i + most) : last + 1;
            doubled += read(ledger.agent(), from, to, stored);
        }
        var lost = 0L;
        var different = 0L;
        var unasked = 0L;
        for (var moment : acknowledged.entrySet()) {
            var value = stored.get(moment.getKey());
            if (value == null) {
                lost++;
                told.add("%s: the moment %s is lost".formatted(ledger.agent(), Instant.ofEpochMilli(moment.getKey())));
            } else if (!value.equals(moment.getValue())) {
                different++;
                told.add("%s: the moment %s has other values"
                        .formatted(ledger.agent(), Instant.ofEpochMilli(moment.getKey())));
            }
        }
        var unanswered = ledger.unanswered();
        for (var at : stored.keySet()) {
            if (!acknowledged.containsKey(at) && !unanswered.containsKey(at)) {
                unasked++;
                told.add("%s: the moment %s is stored, though %s"
                        .formatted(
                                ledger.agent(),
                                Instant.ofEpochMilli(at),
                                ledger.refused().contains(at) ? "it was refused" : "nobody sent it"));
            }
        }
        return new Found(acknowledged.size(), lost, different, doubled, unasked, 0, 0);
    }

    /// Adds the values of each moment to those of `stored`.
    ///
    /// @return points that were there twice
    private long read(String agent, long from, long to, Map<Long, Long> stored)
            throws IOException, InterruptedException {
        var answer = suite.read("/agents/%s/metrics?interval=raw&from=%s&to=%s"
                .formatted(agent, Instant.ofEpochMilli(from), Instant.ofEpochMilli(to)));
        var twice = 0L;
        for (var series : answer.get("series")) {
            var name = SeriesName.of(series.get("name").asString(), series.path("labels"))
                    .fingerprint();
            var seen = new HashSet<Long>();
            for (var point : series.get("points")) {
                var at = point.get(0).asLong();
                if (!seen.add(at)) {
                    twice++;
                }
                stored.merge(at, SeriesName.fingerprint(name, point.get(1).asDouble()), Long::sum);
            }
        }
        return twice;
    }

    private Found sections(Ledger ledger, List<String> told) throws IOException, InterruptedException {
        var newest = ledger.newestSections();
        var wrong = 0;
        for (var section : newest) {
            var why = difference(ledger.agent(), section);
            if (!why.isEmpty()) {
                wrong++;
                told.add("%s: %s %s".formatted(ledger.agent(), section.section(), why));
            }
        }
        return new Found(0, 0, 0, 0, 0, newest.size(), wrong);
    }

    /// Empty where the section is stored as it was told.
    private String difference(String agent, Ledger.Told told) throws IOException, InterruptedException {
        var expected = new HashMap<String, Integer>();
        for (var row : told.belongings().rows(told.section(), told.generation())) {
            expected.merge(plain(JSON.valueToTree(row)), 1, Integer::sum);
        }
        var offset = 0;
        while (true) {
            var page =
                    suite.read("/agents/%s/inventory/%s?limit=200&offset=%d".formatted(agent, told.section(), offset));
            var observedAt = page.path("observed_at").asString("");
            if (observedAt.isEmpty() || !Instant.parse(observedAt).equals(told.observedAt())) {
                return "was observed at %s, not at %s".formatted(observedAt, told.observedAt());
            }
            for (var row : page.get("items")) {
                var text = plain(row);
                if (expected.merge(text, -1, Integer::sum) < 0) {
                    return "has a row that was not told: " + text;
                }
            }
            offset += page.get("items").size();
            if (page.get("items").isEmpty() || offset >= page.get("total").asInt()) {
                break;
            }
        }
        return expected.entrySet().stream()
                .filter(row -> row.getValue() != 0)
                .findFirst()
                .map(row -> "lacks " + row.getKey())
                .orElse("");
    }

    /// The row without what is null, its fields in order.
    private static String plain(JsonNode row) {
        var fields = new TreeMap<String, String>();
        row.properties().forEach(field -> {
            if (!field.getValue().isNull()) {
                fields.put(
                        field.getKey(),
                        field.getValue().isObject()
                                ? plain(field.getValue())
                                : field.getValue().toString());
            }
        });
        return fields.toString();
    }
}
