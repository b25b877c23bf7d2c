package io.wardroom.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.agent.host.HostFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Reads the host the test runs on and compares with the kernel's own files.
class HostMetricsTest {
    private final HostMetrics metrics = new HostMetrics(new HostFiles(Path.of("/")));

    @Test
    void theContractsSeriesAreThereAndAddUp() throws Exception {
        var samples = afterSomeCpuTime();

        assertThat(samples)
                .extracting(Sample::name)
                .contains(
                        "system.cpu.utilization",
                        "system.cpu.load_average.1m",
                        "system.cpu.load_average.5m",
                        "system.cpu.load_average.15m",
                        "system.memory.usage",
                        "system.memory.utilization",
                        "system.paging.usage",
                        "system.processes.count",
                        "system.uptime");
        var machine = samples.stream()
                .filter(sample -> sample.name().equals("system.cpu.utilization")
                        && !sample.labels().containsKey("cpu"))
                .toList();
        assertThat(machine)
                .extracting(sample -> sample.labels().get("mode"))
                .containsExactly("idle", "interrupt", "iowait", "nice", "steal", "system", "user");
        assertThat(sum(machine)).isCloseTo(1, Offset.offset(0.0005));
        var cores = samples.stream()
                .map(sample -> sample.labels().get("cpu"))
                .filter(java.util.Objects::nonNull)
                .distinct();
        assertThat(cores).hasSize(Runtime.getRuntime().availableProcessors());

        var total = Files.readAllLines(Path.of("/proc/meminfo")).getFirst().replaceAll("\\D", "");
        assertThat(sum(named(samples, "system.memory.usage"))).isEqualTo(Long.parseLong(total) * 1024.0);
        assertThat(sum(named(samples, "system.memory.utilization"))).isCloseTo(1, Offset.offset(0.001));
    }

    @Test
    void filesystemsAndInterfacesAreThoseOfTheKernel() throws Exception {
        var samples = afterSomeCpuTime();

        var root = samples.stream()
                .filter(sample -> sample.name().equals("system.filesystem.usage")
                        && "/".equals(sample.labels().get("mountpoint")))
                .toList();
        if (!root.isEmpty()) {
            assertThat(sum(root)).isEqualTo((double) new java.io.File("/").getTotalSpace());
            assertThat(root).allSatisfy(sample -> assertThat(sample.labels())
                    .containsOnlyKeys("device", "mountpoint", "state"));
        }
        for (var sample : samples) {
            if (sample.name().startsWith("system.network.")) {
                assertThat(sample.labels()).containsOnlyKeys("device", "direction");
                assertThat(Path.of("/sys/class/net", sample.labels().get("device")))
                        .exists();
            }
            if (sample.name().startsWith("system.disk.")) {
                assertThat(Path.of("/sys/block", sample.labels().get("device"))).exists();
            }
        }
    }

    @Test
    void theLayoutIsTheSameFromMomentToMoment() throws Exception {
        var first = layout(afterSomeCpuTime());
        var second = layout(afterSomeCpuTime());

        assertThat(second).isEqualTo(first).doesNotHaveDuplicates();
    }

    @Test
    void ratiosAreRoundedToFourDigitsAndWrittenPlainly() {
        assertThat(Sample.decimal("r", Map.of(), 0.123456, 4).value().toPlainString())
                .isEqualTo("0.1235");
        assertThat(Sample.decimal("r", Map.of(), 0.00001, 4).value().toPlainString())
                .isEqualTo("0");
        assertThat(Sample.decimal("r", Map.of(), 1.0, 4).value().toPlainString())
                .isEqualTo("1");
        assertThat(Sample.decimal("r", Map.of(), 100.0, 4).value().toPlainString())
                .isEqualTo("100");
    }

    /// Uptime's ticks are ten milliseconds: with at least one spent, utilisation is told.
    private List<Sample> afterSomeCpuTime() {
        metrics.begin();
        var samples = new ArrayList<Sample>();
        await("a tick of every core's time").until(() -> {
            samples.clear();
            samples.addAll(metrics.read());
            var cores = samples.stream()
                    .filter(sample -> sample.name().equals("system.cpu.utilization"))
                    .count();
            return cores == 7L * (Runtime.getRuntime().availableProcessors() + 1);
        });
        return samples;
    }

    private static List<Sample> named(List<Sample> samples, String name) {
        return samples.stream().filter(sample -> sample.name().equals(name)).toList();
    }

    private static double sum(List<Sample> samples) {
        return samples.stream()
                .mapToDouble(sample -> sample.value().doubleValue())
                .sum();
    }

    private static List<String> layout(List<Sample> samples) {
        return samples.stream()
                .map(sample -> sample.name() + new TreeMap<>(sample.labels()))
                .toList();
    }
}
