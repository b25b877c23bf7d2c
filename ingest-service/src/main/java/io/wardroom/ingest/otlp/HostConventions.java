package io.wardroom.ingest.otlp;

import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// The names that attributes have as labels, so that a collector fills the series that our agent fills.
///
/// Semantic conventions name an attribute after its metric (`system.memory.state`), the collector's host metrics
/// receiver still by the short names of before (`state`), which are those of the contract.
///
/// @see <a href="https://opentelemetry.io/docs/specs/semconv/system/system-metrics/">System metrics</a>
final class HostConventions {
    private static final String HOST_METRICS = "system.";

    private static final Map<String, String> LABELS = Map.ofEntries(
            Map.entry("cpu.mode", "mode"),
            Map.entry("system.cpu.state", "mode"),
            Map.entry("cpu.logical_number", "cpu"),
            Map.entry("system.cpu.logical_number", "cpu"),
            Map.entry("system.memory.state", "state"),
            Map.entry("system.paging.state", "state"),
            Map.entry("system.paging.direction", "direction"),
            Map.entry("system.paging.type", "type"),
            Map.entry("system.paging.fault.type", "type"),
            Map.entry("system.filesystem.state", "state"),
            Map.entry("system.filesystem.mountpoint", "mountpoint"),
            Map.entry("system.device", "device"),
            Map.entry("network.interface.name", "device"),
            Map.entry("disk.io.direction", "direction"),
            Map.entry("network.io.direction", "direction"));

    /// Said of a file system beside its name, and not by our agent.
    private static final Set<String> LEFT_OUT =
            Set.of("mode", "type", "system.filesystem.mode", "system.filesystem.type");

    private static final Map<String, String> MEMORY_STATES = Map.of("buffered", "buffers");
    private static final Map<String, String> CPU_MODES = Map.of("wait", "iowait");

    /// What tells several resources of one host from each other. The host itself is the agent whose token was shown.
    private static final Set<String> IDENTIFYING = Set.of(
            "service.name",
            "service.namespace",
            "service.instance.id",
            "process.pid",
            "process.executable.name",
            "container.id",
            "container.name");

    private HostConventions() {}

    static SortedMap<String, String> labels(
            String metric, SortedMap<String, String> resource, SortedMap<String, String> attributes) {
        return metric.startsWith(HOST_METRICS) ? ofHost(metric, attributes) : ofResource(resource, attributes);
    }

    private static SortedMap<String, String> ofResource(
            SortedMap<String, String> resource, SortedMap<String, String> attributes) {
        var labels = new TreeMap<String, String>();
        resource.forEach((key, value) -> {
            if (IDENTIFYING.contains(key) && !value.isEmpty()) {
                labels.put(key, value);
            }
        });
        labels.putAll(attributes);
        return labels;
    }

    private static SortedMap<String, String> ofHost(String metric, SortedMap<String, String> attributes) {
        var labels = new TreeMap<String, String>();
        var isCpu = metric.startsWith("system.cpu.");
        var isFileSystem = metric.startsWith("system.filesystem.");
        attributes.forEach((key, value) -> {
            if (isFileSystem && LEFT_OUT.contains(key)) {
                return;
            }
            var label = isCpu && key.equals("state") ? "mode" : LABELS.getOrDefault(key, key);
            labels.put(label, value(metric, label, value));
        });
        return labels;
    }

    private static String value(String metric, String label, String value) {
        return switch (label) {
            case "cpu" -> value.matches("cpu\\d{1,6}") ? value.substring(3) : value;
            case "mode" -> CPU_MODES.getOrDefault(value, value);
            case "state" -> metric.startsWith("system.memory.") ? MEMORY_STATES.getOrDefault(value, value) : value;
            case "device" ->
                metric.startsWith("system.disk.") && value.startsWith("/dev/") ? value.substring(5) : value;
            default -> value;
        };
    }
}
