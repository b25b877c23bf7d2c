package io.wardroom.agent.metrics;

import io.wardroom.agent.host.HostFiles;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import oshi.hardware.CentralProcessor;
import oshi.hardware.CentralProcessor.TickType;
import oshi.hardware.HWDiskStore;
import oshi.hardware.HardwareAbstractionLayer;
import oshi.hardware.NetworkIF;
import oshi.nativefree.SystemInfo;
import oshi.software.os.OSFileStore;
import oshi.software.os.OperatingSystem;

/// Reads the host's load through OSHI.
///
/// What OSHI finds by walking `/sys` or by running `lsblk` (disks, file systems, interfaces) is looked up again
/// only when the kernel's lists change; each reading refreshes the numbers alone.
public final class HostMetrics {
    private static final int RATIO_DIGITS = 4;
    private static final int LOAD_DIGITS = 2;
    private static final int MAX_DEVICES = 64;
    private static final int MAX_CORES = 256;
    private static final int MAX_LIST_BYTES = 1 << 20;
    /// Pairs of virtual interfaces come and go with containers: each would be a series of its own for ever.
    private static final Pattern PASSING_INTERFACE = Pattern.compile("(lo|veth.*|cali.*|cni.*|lxc.*|tap.*|vnet.*)");

    private static final Pattern NO_DISK = Pattern.compile("(loop|ram|sr|fd)\\d+");

    private final HostFiles files;
    private final HardwareAbstractionLayer hardware;
    private final OperatingSystem system;
    private final CentralProcessor processor;

    private long[][] previousTicks = {};
    private String seenMounts = "";
    private List<OSFileStore> fileStores = List.of();
    private List<String> seenDisks = List.of();
    private List<HWDiskStore> disks = List.of();
    private List<String> seenInterfaces = List.of();
    private List<NetworkIF> interfaces = List.of();

    public HostMetrics(HostFiles files) {
        this.files = files;
        var info = new SystemInfo();
        this.hardware = info.getHardware();
        this.system = info.getOperatingSystem();
        this.processor = hardware.getProcessor();
    }

    /// Starts the interval over which the first reading gives the CPU's utilisation.
    public void begin() {
        previousTicks = processor.getProcessorCpuLoadTicks();
    }

    /// All series of this moment, in [Sample#ORDER]. CPU utilisation is the mean since the reading before.
    public List<Sample> read() throws IOException {
        var samples = new ArrayList<Sample>(160);
        readProcessor(samples);
        readMemory(samples);
        readFileSystems(samples);
        readDisks(samples);
        readNetwork(samples);
        samples.add(Sample.whole("system.processes.count", Map.of(), system.getProcessCount()));
        samples.add(Sample.whole("system.uptime", Map.of(), system.getSystemUptime()));
        samples.sort(Sample.ORDER);
        return samples;
    }

    private void readProcessor(List<Sample> samples) {
        var ticks = processor.getProcessorCpuLoadTicks();
        // a core that was plugged in or out has no earlier reading to compare with
        if (ticks.length == previousTicks.length) {
            var machine = new long[TickType.values().length];
            for (int core = 0; core < ticks.length; core++) {
                var spent = new long[machine.length];
                for (int i = 0; i < machine.length; i++) {
                    spent[i] = Math.max(0, ticks[core][i] - previousTicks[core][i]);
                    machine[i] += spent[i];
                }
                if (core < MAX_CORES) {
                    utilization(samples, Map.of("cpu", Integer.toString(core)), spent);
                }
            }
            utilization(samples, Map.of(), machine);
        }
        previousTicks = ticks;
        var load = processor.getSystemLoadAverage(3);
        String[] names = {"1m", "5m", "15m"};
        for (int i = 0; i < names.length && i < load.length; i++) {
            if (load[i] >= 0) {
                samples.add(Sample.decimal("system.cpu.load_average." + names[i], Map.of(), load[i], LOAD_DIGITS));
            }
        }
    }

    private static void utilization(List<Sample> samples, Map<String, String> cpu, long[] spent) {
        long all = 0;
        for (var ticks : spent) {
            all += ticks;
        }
        if (all == 0) {
            return;
        }
        var modes = new TreeMap<String, Long>();
        modes.put("user", spent[TickType.USER.getIndex()]);
        modes.put("nice", spent[TickType.NICE.getIndex()]);
        modes.put("system", spent[TickType.SYSTEM.getIndex()]);
        modes.put("idle", spent[TickType.IDLE.getIndex()]);
        modes.put("iowait", spent[TickType.IOWAIT.getIndex()]);
        modes.put("interrupt", spent[TickType.IRQ.getIndex()] + spent[TickType.SOFTIRQ.getIndex()]);
        modes.put("steal", spent[TickType.STEAL.getIndex()]);
        for (var mode : modes.entrySet()) {
            var labels = new HashMap<>(cpu);
            labels.put("mode", mode.getKey());
            samples.add(Sample.decimal("system.cpu.utilization", labels, mode.getValue() / (double) all, RATIO_DIGITS));
        }
    }

    private void readMemory(List<Sample> samples) throws IOException {
        var memory = hardware.getMemory();
        var total = memory.getTotal();
        // OSHI knows what is available; what fills the rest stands in the kernel's own list
        var kernel = new HashMap<String, Long>();
        files.lines("/proc/meminfo", MAX_LIST_BYTES, line -> {
            var parts = line.trim().split("[:\\s]+");
            if (parts.length >= 2 && parts[1].matches("\\d{1,15}")) {
                kernel.put(parts[0], Long.parseLong(parts[1]) << 10);
            }
        });
        var free = kernel.getOrDefault("MemFree", memory.getAvailable());
        var buffered = kernel.getOrDefault("Buffers", 0L);
        var cached = kernel.getOrDefault("Cached", 0L) + kernel.getOrDefault("SReclaimable", 0L);
        var states = new TreeMap<String, Long>();
        states.put("free", free);
        states.put("buffers", buffered);
        states.put("cached", cached);
        states.put("used", Math.max(0, total - free - buffered - cached));
        for (var state : states.entrySet()) {
            var labels = Map.of("state", state.getKey());
            samples.add(Sample.whole("system.memory.usage", labels, state.getValue()));
            if (total > 0) {
                samples.add(Sample.decimal(
                        "system.memory.utilization", labels, state.getValue() / (double) total, RATIO_DIGITS));
            }
        }
        var swap = memory.getVirtualMemory();
        samples.add(Sample.whole("system.paging.usage", Map.of("state", "used"), swap.getSwapUsed()));
        samples.add(Sample.whole(
                "system.paging.usage", Map.of("state", "free"), Math.max(0, swap.getSwapTotal() - swap.getSwapUsed())));
    }

    private void readFileSystems(List<Sample> samples) throws IOException {
        var mounts = files.text("/proc/self/mounts", MAX_LIST_BYTES).orElse("");
        if (!mounts.equals(seenMounts)) {
            seenMounts = mounts;
            // local ones only: asking a network file system whose server is away would block for minutes
            fileStores = eachDeviceOnce(system.getFileSystem().getFileStores(true));
        }
        for (var store : fileStores) {
            var folder = new File(store.getMount());
            var total = folder.getTotalSpace();
            if (total <= 0) {
                continue;
            }
            var unallocated = folder.getFreeSpace();
            var free = folder.getUsableSpace();
            var states = Map.of(
                    "used", Math.max(0, total - unallocated),
                    "free", free,
                    "reserved", Math.max(0, unallocated - free));
            for (var state : states.entrySet()) {
                var labels =
                        Map.of("mountpoint", store.getMount(), "device", store.getVolume(), "state", state.getKey());
                samples.add(Sample.whole("system.filesystem.usage", labels, state.getValue()));
                samples.add(Sample.decimal(
                        "system.filesystem.utilization", labels, state.getValue() / (double) total, RATIO_DIGITS));
            }
        }
    }

    /// A device that is mounted in several places (bind mounts, as a service manager's sandbox makes them) is one file
    /// system: it is told where its path is shortest.
    private static List<OSFileStore> eachDeviceOnce(List<OSFileStore> stores) {
        var chosen = new LinkedHashMap<String, OSFileStore>();
        stores.stream()
                .sorted(Comparator.comparing(
                                (OSFileStore store) -> store.getMount().length())
                        .thenComparing(OSFileStore::getMount))
                .forEach(store -> chosen.putIfAbsent(
                        store.getVolume().startsWith("/dev/") ? store.getVolume() : store.getMount(), store));
        return chosen.values().stream().limit(MAX_DEVICES).toList();
    }

    private void readDisks(List<Sample> samples) throws IOException {
        var names = files.names("/sys/block");
        if (!names.equals(seenDisks)) {
            seenDisks = names;
            disks = hardware.getDiskStores().stream()
                    .filter(disk -> !NO_DISK.matcher(shortName(disk)).matches())
                    .limit(MAX_DEVICES)
                    .toList();
        }
        for (var disk : disks) {
            if (!disk.updateAttributes()) {
                seenDisks = List.of();
                continue;
            }
            var device = shortName(disk);
            directions(samples, "system.disk.io", device, "read", disk.getReadBytes(), "write", disk.getWriteBytes());
            directions(samples, "system.disk.operations", device, "read", disk.getReads(), "write", disk.getWrites());
            samples.add(Sample.decimal(
                    "system.disk.io_time", Map.of("device", device), disk.getTransferTime() / 1000.0, 3));
        }
    }

    private static String shortName(HWDiskStore disk) {
        return disk.getName().startsWith("/dev/") ? disk.getName().substring(5) : disk.getName();
    }

    private void readNetwork(List<Sample> samples) throws IOException {
        var names = files.names("/sys/class/net");
        if (!names.equals(seenInterfaces)) {
            seenInterfaces = names;
            interfaces = hardware.getNetworkIFs(false).stream()
                    .filter(one -> !PASSING_INTERFACE.matcher(one.getName()).matches())
                    .limit(MAX_DEVICES)
                    .toList();
        }
        for (var one : interfaces) {
            if (!one.updateAttributes()) {
                seenInterfaces = List.of();
                continue;
            }
            var device = one.getName();
            directions(
                    samples,
                    "system.network.io",
                    device,
                    "receive",
                    one.getBytesRecv(),
                    "transmit",
                    one.getBytesSent());
            directions(
                    samples,
                    "system.network.packets",
                    device,
                    "receive",
                    one.getPacketsRecv(),
                    "transmit",
                    one.getPacketsSent());
            directions(
                    samples,
                    "system.network.errors",
                    device,
                    "receive",
                    one.getInErrors(),
                    "transmit",
                    one.getOutErrors());
            // OSHI counts what was dropped on the way in only
            var droppedOut = counter("/sys/class/net/" + device + "/statistics/tx_dropped");
            directions(
                    samples,
                    "system.network.dropped",
                    device,
                    "receive",
                    one.getInDrops(),
                    "transmit",
                    droppedOut.orElse(0L));
        }
    }

    private Optional<Long> counter(String path) throws IOException {
        return files.text(path, 64)
                .map(String::strip)
                .filter(text -> text.matches("\\d{1,18}"))
                .map(Long::valueOf);
    }

    private static void directions(
            List<Sample> samples, String name, String device, String in, long inValue, String out, long outValue) {
        samples.add(Sample.whole(name, Map.of("device", device, "direction", in), inValue));
        samples.add(Sample.whole(name, Map.of("device", device, "direction", out), outValue));
    }
}
