package io.wardroom.bench.storage;

import io.wardroom.common.telemetry.SeriesLayout;
import io.wardroom.common.telemetry.SeriesLayout.SeriesName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/// What one host measured, and how a day of many hosts is made from it.
///
/// The day repeats the recording, each agent from another place in it. Counters go on where they stood, so every step
/// is one that was recorded; gauges jump once a repetition. Times keep the recorded distance to their schedule.
///
/// @param layout   the series
/// @param times    epoch milliseconds
/// @param values   a row a moment, in the order of the layout
/// @param counters which series only grow
record Recording(SeriesLayout layout, long[] times, double[][] values, boolean[] counters) {
    private static final String RESOURCE = "/host.tsv.gz";
    private static final String HEAD = "series\t";

    /// @throws IOException if the recording is missing or has more than one set of series
    static Recording load() throws IOException {
        try (var resource = Recording.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new IOException("no recording " + RESOURCE);
            }
            return read(new GZIPInputStream(resource));
        }
    }

    private static Recording read(InputStream in) throws IOException {
        var series = new ArrayList<SeriesName>();
        var times = new ArrayList<Long>();
        var rows = new ArrayList<double[]>();
        try (var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var fields = line.split("\t");
                if (line.startsWith(HEAD)) {
                    if (!series.isEmpty()) {
                        throw new IOException("the recording has more than one set of series");
                    }
                    Arrays.stream(fields).skip(1).map(Recording::name).forEach(series::add);
                    continue;
                }
                times.add(Long.parseLong(fields[0]));
                rows.add(Arrays.stream(fields)
                        .skip(1)
                        .mapToDouble(Double::parseDouble)
                        .toArray());
            }
        }
        var counters = new boolean[series.size()];
        for (var i = 0; i < counters.length; i++) {
            counters[i] = onlyGrows(rows, i);
        }
        return new Recording(
                new SeriesLayout(series),
                times.stream().mapToLong(Long::longValue).toArray(),
                rows.toArray(double[][]::new),
                counters);
    }

    private static SeriesName name(String text) {
        var words = text.split(" ");
        var labels = new TreeMap<String, String>();
        for (var i = 1; i < words.length; i++) {
            var equals = words[i].indexOf('=');
            labels.put(words[i].substring(0, equals), words[i].substring(equals + 1));
        }
        return new SeriesName(words[0], labels);
    }

    private static boolean onlyGrows(List<double[]> rows, int series) {
        for (var i = 1; i < rows.size(); i++) {
            if (rows.get(i)[series] < rows.get(i - 1)[series]) {
                return false;
            }
        }
        return rows.getLast()[series] > rows.getFirst()[series];
    }

    int series() {
        return counters.length;
    }

    /// The nominal distance between two moments.
    long intervalMillis() {
        return Math.round((times[times.length - 1] - times[0]) / (times.length - 1) / 1_000.0) * 1_000;
    }

    /// What `agent` measures at its moment `index`, counted from its begin.
    double[] valuesOf(int agent, int index) {
        var place = Math.floorMod(agent * 37 + index, times.length);
        var rounds = Math.floorDiv(agent * 37 + index, times.length);
        var moment = values[place].clone();
        for (var i = 0; i < moment.length; i++) {
            if (counters[i]) {
                moment[i] += rounds * (values[times.length - 1][i] - values[0][i]);
            }
        }
        return moment;
    }

    /// How far from its schedule that moment was taken, in milliseconds.
    long lateness(int agent, int index) {
        var place = Math.floorMod(agent * 37 + index, times.length);
        return Math.floorMod(times[place] - times[0], intervalMillis());
    }
}
