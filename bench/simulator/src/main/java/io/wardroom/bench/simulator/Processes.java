package io.wardroom.bench.simulator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/// The CPU time of the suite's processes, as the kernel counts it.
final class Processes {
    // USER_HZ, fixed at 100 on every Linux that runs a JVM; proc(5) counts in it
    private static final long TICK_MICROS = 10_000;

    private final Map<String, Long> pids;

    private Processes(Map<String, Long> pids) {
        this.pids = pids;
    }

    /// Those that were named, or else all that `./wardroom up` started.
    static Processes of(Options options) throws IOException {
        if (!options.pids().isEmpty()) {
            return new Processes(options.pids());
        }
        var found = new LinkedHashMap<String, Long>();
        var folder = options.home().resolve("run");
        if (Files.isDirectory(folder)) {
            try (var files = Files.newDirectoryStream(folder, "*.process")) {
                for (var file : files) {
                    var record = new Properties();
                    try (var in = Files.newBufferedReader(file)) {
                        record.load(in);
                    }
                    found.put(
                            record.getProperty("name", file.getFileName().toString()),
                            Long.parseLong(record.getProperty("pid")));
                }
            }
        }
        return new Processes(found);
    }

    /// What each has used so far, its children included.
    Map<String, Duration> used() {
        var used = new LinkedHashMap<String, Duration>();
        pids.forEach((name, pid) -> used.put(name, Duration.ofNanos(ticks(pid) * TICK_MICROS * 1000)));
        return used;
    }

    /// Of a process and those below it. The kernel adds a child that ended to its parent, so the sum never falls.
    private static long ticks(long pid) {
        var sum = own(pid);
        var below =
                ProcessHandle.of(pid).stream().flatMap(ProcessHandle::children).toList();
        for (var child : below) {
            sum += ticks(child.pid());
        }
        return sum;
    }

    private static long own(long pid) {
        try {
            var stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
            // the name stands in parentheses and may hold blanks; utime is the twelfth field behind it
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[11])
                    + Long.parseLong(fields[12])
                    + Long.parseLong(fields[13])
                    + Long.parseLong(fields[14]);
        } catch (IOException ended) {
            return 0;
        }
    }
}
