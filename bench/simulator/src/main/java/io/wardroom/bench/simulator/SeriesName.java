package io.wardroom.bench.simulator;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A metric's name with the labels that tell one series of it from another.
record SeriesName(String name, Map<String, String> labels) {
    private static final JsonMapper JSON = new JsonMapper();

    SeriesName {
        labels = new TreeMap<>(labels);
    }

    /// @param labels JSON without its braces
    static SeriesName of(String name, String labels) {
        return of(name, JSON.readTree("{" + labels + "}"));
    }

    static SeriesName of(String name, JsonNode labels) {
        var read = new TreeMap<String, String>();
        labels.properties()
                .forEach(label -> read.put(label.getKey(), label.getValue().asString()));
        return new SeriesName(name, read);
    }

    /// 64 bits of what it is, the same in every run.
    long fingerprint() {
        var hash = 0xCBF2_9CE4_8422_2325L;
        for (var one : (name + labels).getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ one) * 0x100_0000_01B3L;
        }
        return hash;
    }

    /// 64 bits of a value of the series whose fingerprint is given. The sum over the series of a moment stands for all
    /// its values, in whatever order they are read.
    static long fingerprint(long series, double value) {
        var mixed = series * 0x9E37_79B9_7F4A_7C15L ^ Double.doubleToLongBits(value);
        mixed = (mixed ^ mixed >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D0_49BB_1331_11EBL;
        return mixed ^ mixed >>> 31;
    }
}
