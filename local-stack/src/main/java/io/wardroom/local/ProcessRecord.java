package io.wardroom.local;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/// A process as it stands written down, so that a later `up`, `down` or `status` finds it again and no other.
///
/// @param identity what tells this process from a later one that was given the same number
record ProcessRecord(String name, Rank rank, long pid, String identity, int port, Path log) {
    private static final String SUFFIX = ".process";
    private static final Duration PAUSE = Duration.ofMillis(50);

    static ProcessRecord of(Command command, long pid, Path log) {
        return new ProcessRecord(command.name(), command.rank(), pid, identity(pid), command.port(), log);
    }

    /// The process, if it still runs and is the one that was written down.
    Optional<ProcessHandle> process() {
        return find(pid, identity);
    }

    static Optional<ProcessHandle> find(long pid, String identity) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(_ -> !identity.isEmpty() && identity.equals(identity(pid)));
    }

    /// Waits for its end.
    ///
    /// @return whether it has ended within the limit
    boolean awaitEnd(Duration limit) {
        return awaitEnd(pid, identity, limit);
    }

    static boolean awaitEnd(long pid, String identity, Duration limit) {
        var deadline = System.nanoTime() + limit.toNanos();
        while (find(pid, identity).isPresent()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    /// On Linux the boot and the tick the process started at; elsewhere its start time. Empty if there is none such, or
    /// it has ended and nobody has collected its exit status yet.
    static String identity(long pid) {
        var stat = Path.of("/proc", Long.toString(pid), "stat");
        try {
            if (Files.exists(Path.of("/proc/self/stat"))) {
                var text = Files.readString(stat);
                var afterName = text.substring(text.lastIndexOf(')') + 2).split(" ");
                if (afterName[0].equals("Z") || afterName[0].equals("X")) {
                    return "";
                }
                return Files.readString(Path.of("/proc/sys/kernel/random/boot_id"))
                                .strip() + "/" + afterName[19];
            }
            return ProcessHandle.of(pid)
                    .flatMap(process -> process.info().startInstant())
                    .map(Object::toString)
                    .orElse("");
        } catch (IOException gone) {
            return "";
        }
    }

    void write(Path folder) throws IOException {
        PrivateFiles.write(
                folder.resolve(name + SUFFIX),
                "name=%s\nrank=%s\npid=%d\nidentity=%s\nport=%d\nlog=%s\n"
                        .formatted(
                                name, rank, pid, identity, port, log.toString().replace("\\", "\\\\")));
    }

    void forget(Path folder) throws IOException {
        Files.deleteIfExists(folder.resolve(name + SUFFIX));
    }

    /// All that stand written down, in the order in which they are to be stopped.
    static List<ProcessRecord> allIn(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        var records = new ArrayList<ProcessRecord>();
        try (var files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (var file : files) {
                var record = read(file);
                if (record.isPresent()) {
                    records.add(record.get());
                } else {
                    Files.deleteIfExists(file);
                }
            }
        }
        records.sort(Comparator.comparing(ProcessRecord::rank).thenComparing(ProcessRecord::name));
        return records;
    }

    private static Optional<ProcessRecord> read(Path file) throws IOException {
        var fields = new Properties();
        fields.load(new StringReader(Files.readString(file)));
        try {
            return Optional.of(new ProcessRecord(
                    fields.getProperty("name", ""),
                    Rank.valueOf(fields.getProperty("rank", "")),
                    Long.parseLong(fields.getProperty("pid", "")),
                    fields.getProperty("identity", ""),
                    Integer.parseInt(fields.getProperty("port", "")),
                    Path.of(fields.getProperty("log", ""))));
        } catch (IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }
}
