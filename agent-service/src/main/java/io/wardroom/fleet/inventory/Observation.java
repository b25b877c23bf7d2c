package io.wardroom.fleet.inventory;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A whole section as an agent saw it.
///
/// @param rows          by their keys, each once
/// @param refused       rows that lack what names them
/// @param reportedTotal how many rows there are, where not all of them are told
record Observation(
        Section section,
        Instant observedAt,
        List<Row> rows,
        int refused,
        @Nullable Long reportedTotal) {
    /// More than a record of the topic can hold in any sensible form.
    static final int MOST_ROWS = 20_000;

    /// @param item JSON with the section's fields
    record Row(String key, String item) {}

    boolean truncated() {
        return reportedTotal != null;
    }

    /// Reads an item of the topic.
    ///
    /// @param received when the hub got it: an agent's clock that runs ahead would otherwise bar what comes after
    /// @return nothing for an item that is no observation of a known section
    static Optional<Observation> read(JsonNode item, Instant received, JsonMapper json) {
        var section = Section.of(item.path("section").asString(""));
        var data = item.path("data");
        // a section of one row may come as that row
        var rows = data.isObject() ? List.of(data) : data;
        if (section.isEmpty() || !data.isArray() && !data.isObject()) {
            return Optional.empty();
        }
        var observedAt = time(item.path("observed_at")).filter(at -> at.isBefore(received));
        return Optional.of(of(section.get(), observedAt.orElse(received), rows, item, json));
    }

    private static Observation of(
            Section section, Instant observedAt, Iterable<JsonNode> rows, JsonNode item, JsonMapper json) {
        var named = new ArrayList<Row>();
        var refused = 0;
        var given = 0;
        for (var row : rows) {
            given++;
            var values = section.shape().read(row);
            var key = section.keyOf(values);
            if (key.isEmpty() || named.size() == MOST_ROWS) {
                refused++;
            } else {
                named.add(new Row(key.get(), json.writeValueAsString(values)));
            }
        }
        Long total = null;
        if (item.path("truncated").asBoolean(false)) {
            total = Math.max(given, item.path("total").asLong(given));
        } else if (given > MOST_ROWS) {
            total = (long) given;
        }
        return new Observation(section, observedAt, numbered(named), refused, total);
    }

    /// What has the same key twice is told apart by a number: two kernels of one name, say.
    private static List<Row> numbered(List<Row> named) {
        var sorted = named.stream()
                .sorted(Comparator.comparing(Row::key).thenComparing(Row::item))
                .toList();
        var times = new HashMap<String, Integer>();
        var rows = new ArrayList<Row>(sorted.size());
        for (var row : sorted) {
            var key = row.key();
            var nth = times.merge(key, 1, Integer::sum);
            while (nth > 1 && times.putIfAbsent(key + " #" + nth, 1) != null) {
                nth++;
            }
            rows.add(nth == 1 ? row : new Row(key + " #" + nth, row.item()));
        }
        return rows;
    }

    /// Equal for equal rows, in whatever order they came.
    byte[] contentSha256() {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var row : rows) {
                digest.update(row.key().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
                digest.update(row.item().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            digest.update(String.valueOf(reportedTotal).getBytes(StandardCharsets.UTF_8));
            return digest.digest();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    static Optional<Instant> time(JsonNode value) {
        try {
            return value.isString()
                    ? Optional.of(Instant.parse(value.stringValue()).truncatedTo(ChronoUnit.MILLIS))
                    : Optional.empty();
        } catch (DateTimeException malformed) {
            return Optional.empty();
        }
    }
}
