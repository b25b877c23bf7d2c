package io.wardroom.bench.simulator;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/// One host that does not exist: a key, a token, and values that wander as a real host's do. For one thread.
final class VirtualAgent {
    /// What one batch holds: the metrics and the heartbeat.
    static final int ITEMS = 2;

    private final String id;
    private final String token;
    private final SigningKey key;
    private final String instance = UUID.randomUUID().toString();
    private final SplittableRandom random;
    private final List<Series> series;
    private long seq;

    /// One series of the batch.
    ///
    /// @param head   JSON up to its value
    /// @param scale  decimals
    /// @param growth most that a counter grows a batch; 0 for a value that wanders
    private record Series(String head, int scale, double most, double growth, double[] value) {}

    VirtualAgent(String id, String token, SigningKey key, long seed) {
        this.id = id;
        this.token = token;
        this.key = key;
        this.random = new SplittableRandom(seed);
        this.series = host(random);
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
    // count.
    private static List<Series> host(SplittableRandom random) {
        var all = new ArrayList<Series>();
        for (var cpu = 0; cpu < 8; cpu++) {
            for (var mode : List.of("user", "system", "iowait", "idle")) {
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
        all.add(new Series(head, scale, most, growth, new double[] {random.nextDouble() * most / 2}));
    }

    static int samples() {
        return host(new SplittableRandom(0)).size();
    }

    /// The next batch.
    byte[] batch(UUID batchId, Instant now) {
        var json = new StringBuilder(4096);
        json.append("{\"batch_id\":\"").append(batchId);
        json.append("\",\"instance_id\":\"").append(instance);
        json.append("\",\"seq\":").append(++seq);
        json.append(",\"sent_at\":\"").append(now);
        json.append("\",\"agent_version\":\"0.1.0\",\"items\":[{\"type\":\"metrics\",\"captured_at\":\"")
                .append(now);
        json.append("\",\"samples\":[");
        for (var i = 0; i < series.size(); i++) {
            if (i > 0) {
                json.append(',');
            }
            var one = series.get(i);
            json.append(one.head());
            append(json, next(one), one.scale());
            json.append('}');
        }
        return json.append("]},{\"type\":\"heartbeat\"}]}").toString().getBytes(StandardCharsets.ISO_8859_1);
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

    private static void append(StringBuilder json, double value, int scale) {
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
    }
}
