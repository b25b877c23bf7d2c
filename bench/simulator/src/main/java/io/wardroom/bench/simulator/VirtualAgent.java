package io.wardroom.bench.simulator;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.IntStream;

/// One host that does not exist: a key, a token, and values that wander as a real host's do. For one thread.
final class VirtualAgent {
    /// What one batch holds: the metrics and the heartbeat.
    static final int ITEMS = 2;

    private static final List<String> MODES = List.of("user", "system", "iowait", "idle");

    private final String id;
    private final String token;
    private final SigningKey key;
    private final String instance = UUID.randomUUID().toString();
    private final SplittableRandom random;
    private final List<Series> series;
    private final boolean flatCpu;
    private long seq;

    /// One series of the batch.
    ///
    /// @param head   JSON up to its value
    /// @param name   what tells it from others
    /// @param scale  decimals
    /// @param growth most that a counter grows a batch; 0 for a value that wanders
    private record Series(String head, SeriesName name, int scale, double most, double growth, double[] value) {
        boolean isCpu() {
            return name.name().equals("system.cpu.utilization");
        }
    }

    VirtualAgent(String id, String token, SigningKey key, long seed) {
        this.id = id;
        this.token = token;
        this.key = key;
        this.random = new SplittableRandom(seed);
        this.series = host(random);
        this.flatCpu = false;
    }

    /// One that tells of the machine as a whole, too.
    ///
    /// @param most    how many series it has at most, taken evenly from all
    /// @param flatCpu whether its processors stand still, as those of a lying agent
    VirtualAgent(String id, String token, SigningKey key, long seed, int most, boolean flatCpu) {
        this.id = id;
        this.token = token;
        this.key = key;
        this.random = new SplittableRandom(seed);
        var all = new ArrayList<Series>();
        for (var mode : MODES) {
            add(all, random, "system.cpu.utilization", "\"mode\":\"%s\"".formatted(mode), 4, 1, 0);
        }
        all.addAll(host(random));
        this.series = most >= all.size()
                ? List.copyOf(all)
                : IntStream.range(0, most)
                        .mapToObj(i -> all.get(i * all.size() / most))
                        .toList();
        this.flatCpu = flatCpu;
    }

    String id() {
        return id;
    }

    String token() {
        return token;
    }

    SigningKey key() {
        return key;
    }

    /// The sixty series of a host with eight cores: 32 of the processors, 3 load, 6 memory, 12 disk, 6 network, 1
    /// count.
    private static List<Series> host(SplittableRandom random) {
        var all = new ArrayList<Series>();
        for (var cpu = 0; cpu < 8; cpu++) {
            for (var mode : MODES) {
                add(
                        all,
                        random,
                        "system.cpu.utilization",
                        "\"cpu\":\"%d\",\"mode\":\"%s\"".formatted(cpu, mode),
                        4,
                        1,
                        0);
            }
        }
        for (var span : List.of("1m", "5m", "15m")) {
            add(all, random, "system.cpu.load_average." + span, "", 2, 8, 0);
        }
        for (var state : List.of("used", "free", "cached", "buffered", "available", "slab")) {
            add(all, random, "system.memory.usage", "\"state\":\"%s\"".formatted(state), 0, 3.2e10, 0);
        }
        for (var device : List.of("sda", "sdb")) {
            for (var direction : List.of("read", "write")) {
                for (var metric : List.of("system.disk.io", "system.disk.operations", "system.disk.io_time")) {
                    add(
                            all,
                            random,
                            metric,
                            "\"device\":\"%s\",\"direction\":\"%s\"".formatted(device, direction),
                            0,
                            1e12,
                            5e6);
                }
            }
        }
        for (var direction : List.of("receive", "transmit")) {
            for (var metric : List.of("system.network.io", "system.network.packets", "system.network.errors")) {
                add(all, random, metric, "\"device\":\"eth0\",\"direction\":\"%s\"".formatted(direction), 0, 1e12, 1e6);
            }
        }
        add(all, random, "system.processes.count", "", 0, 400, 0);
        return List.copyOf(all);
    }

    private static void add(
            List<Series> all,
            SplittableRandom random,
            String name,
            String labels,
            int scale,
            double most,
            double growth) {
        var head =
                "{\"name\":\"%s\",%s\"value\":".formatted(name, labels.isEmpty() ? "" : "\"labels\":{" + labels + "},");
        var named = SeriesName.of(name, labels);
        all.add(new Series(head, named, scale, most, growth, new double[] {random.nextDouble() * most / 2}));
    }

    static int samples() {
        return host(new SplittableRandom(0)).size();
    }

    /// The names of its series, in the order of the values that [#moment] tells.
    List<SeriesName> names() {
        return series.stream().map(Series::name).toList();
    }

    String instance() {
        return instance;
    }

    long nextSeq() {
        return ++seq;
    }

    /// The next batch.
    byte[] batch(UUID batchId, Instant now) {
        var json = new StringBuilder(4096);
        begin(json, batchId, now);
        moment(json, now);
        return json.append(",{\"type\":\"heartbeat\"}]}").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /// Writes a batch up to its first item.
    void begin(StringBuilder json, UUID batchId, Instant sentAt) {
        json.append("{\"batch_id\":\"").append(batchId);
        json.append("\",\"instance_id\":\"").append(instance);
        json.append("\",\"seq\":").append(nextSeq());
        json.append(",\"sent_at\":\"").append(sentAt);
        json.append("\",\"agent_version\":\"0.1.0\",\"items\":[");
    }

    /// Writes the item of one moment.
    ///
    /// @return its values as any reader understands the decimals written
    double[] moment(StringBuilder json, Instant at) {
        json.append("{\"type\":\"metrics\",\"captured_at\":\"").append(at);
        json.append("\",\"samples\":[");
        var values = new double[series.size()];
        for (var i = 0; i < values.length; i++) {
            if (i > 0) {
                json.append(',');
            }
            var one = series.get(i);
            json.append(one.head());
            values[i] = append(json, flatCpu && one.isCpu() ? one.value()[0] : next(one), one.scale());
            json.append('}');
        }
        json.append("]}");
        return values;
    }

    private double next(Series one) {
        var value = one.value();
        if (one.growth() > 0) {
            value[0] += Math.floor(random.nextDouble() * one.growth());
        } else {
            // most values of a quiet host stay as they are
            if (random.nextInt(3) == 0) {
                value[0] = Math.clamp(value[0] + (random.nextDouble() - 0.5) * one.most() / 20, 0, one.most());
            }
        }
        return value[0];
    }

    /// @return the value that was written: a quotient of two whole numbers is rounded as the decimal is when it is read
    private static double append(StringBuilder json, double value, int scale) {
        var power = 1L;
        for (var i = 0; i < scale; i++) {
            power *= 10;
        }
        var scaled = Math.round(value * power);
        json.append(scaled / power);
        if (scale > 0) {
            var fraction = Long.toString(scaled % power + power);
            json.append('.').append(fraction, 1, fraction.length());
        }
        return scaled / (double) power;
    }
}
