package io.wardroom.bench.storage;

import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.metrics.HostMetrics;
import io.wardroom.agent.metrics.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// Writes down what the agent's own collector reads on this host, a line a moment, in the form that [Recording] reads.
final class Recorder {
    private Recorder() {}

    /// @param arguments the file to write, the seconds between two readings, how many readings
    public static void main(String[] arguments) throws IOException {
        var file = Path.of(arguments[0]);
        var interval = Duration.ofSeconds(Long.parseLong(arguments[1]));
        var readings = Integer.parseInt(arguments[2]);
        var metrics = new HostMetrics(new HostFiles(Path.of("/")));
        metrics.begin();
        var layout = List.<String>of();
        try (var out = Files.newBufferedWriter(file)) {
            var next = System.nanoTime();
            for (var i = 0; i < readings; i++) {
                next += interval.toNanos();
                for (var rest = next - System.nanoTime(); rest > 0; rest = next - System.nanoTime()) {
                    LockSupport.parkNanos(rest);
                }
                var at = System.currentTimeMillis();
                var samples = metrics.read();
                var series = samples.stream().map(Recorder::series).toList();
                if (!series.equals(layout)) {
                    layout = series;
                    out.write("series\t" + String.join("\t", layout) + "\n");
                }
                out.write(Long.toString(at));
                for (var sample : samples) {
                    out.write("\t" + sample.value().toPlainString());
                }
                out.write("\n");
                out.flush();
            }
        }
    }

    private static String series(Sample sample) {
        var text = new StringBuilder(sample.name());
        sample.labels()
                .forEach(
                        (key, value) -> text.append(' ').append(key).append('=').append(value.replace(' ', '_')));
        return text.toString();
    }
}
