package io.wardroom.agent.honeypot;

import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.json.Fields;
import io.wardroom.agent.log.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// Watches the canaries and tells who touched them.
public final class Honeypots {
    private static final int WATCHED = Inotify.OPEN | Inotify.MODIFY | Inotify.DELETE_SELF | Inotify.MOVE_SELF;
    private static final Duration PATIENCE = Duration.ofMillis(500);
    private static final Duration PLACED_AGAIN_AFTER = Duration.ofMinutes(1);
    /// A program that reads a file piece by piece shall not fill the spool.
    private static final Duration SAME_AFTER = Duration.ofMinutes(1);

    private static final int MAX_DESCRIPTORS = 200_000;

    private final Canaries canaries;
    private final HostFiles files;
    private final Clock clock;
    private final Consumer<Fields> tell;
    private final Map<Integer, Path> watched = new HashMap<>();
    private final Map<String, Instant> told = new HashMap<>();
    private volatile boolean placed;

    /// @param tell takes the fields of a `honeypot_event`
    public Honeypots(Canaries canaries, HostFiles files, Clock clock, Consumer<Fields> tell) {
        this.canaries = canaries;
        this.files = files;
        this.clock = clock;
        this.tell = tell;
    }

    private record Process(int pid, String name) {}

    /// Watches until `stopping`. Where the system cannot, it says so once and ends: all else goes on.
    public void watch(BooleanSupplier stopping) {
        try (var inotify = new Inotify()) {
            var placeAt = Instant.MIN;
            while (!stopping.getAsBoolean()) {
                if (!clock.instant().isBefore(placeAt)) {
                    place(inotify);
                    placed = true;
                    placeAt = clock.instant().plus(PLACED_AGAIN_AFTER);
                }
                for (var event : inotify.await(PATIENCE)) {
                    take(event);
                }
            }
        } catch (IOException | UnsupportedOperationException | IllegalCallerException impossible) {
            Log.error("the canaries are not watched: " + Log.reason(impossible));
        }
    }

    /// Whether the canaries were placed and are watched.
    boolean isWatching() {
        return placed;
    }

    private void place(Inotify inotify) {
        for (var path : canaries.place()) {
            if (!watched.containsValue(path)) {
                try {
                    watched.put(inotify.watch(path, WATCHED), path);
                } catch (IOException refused) {
                    Log.warn("the canary %s is not watched: %s".formatted(path, Log.reason(refused)));
                }
            }
        }
    }

    private void take(Inotify.Event event) {
        var path = watched.get(event.watch());
        if (path == null) {
            return;
        }
        if (event.is(Inotify.IGNORED)) {
            watched.remove(event.watch());
        } else if (event.is(Inotify.OPEN)) {
            tell(path, "open");
        } else if (event.is(Inotify.MODIFY)) {
            tell(path, "write");
        } else if (event.is(Inotify.DELETE_SELF)) {
            tell(path, "remove");
        } else if (event.is(Inotify.MOVE_SELF)) {
            tell(path, "move");
            // it is another's file under another name now
            watched.remove(event.watch());
        }
    }

    private void tell(Path path, String action) {
        var now = clock.instant();
        var before = told.put(path + " " + action, now);
        if (before != null && before.plus(SAME_AFTER).isAfter(now)) {
            told.put(path + " " + action, before);
            return;
        }
        var process = holder(path);
        Log.warn("a canary was touched: %s %s by %s"
                .formatted(action, path, process.map(Process::name).orElse("an unknown process")));
        tell.accept(new Fields()
                .with("path", path.toString())
                .with("action", action)
                .with("process_name", process.map(Process::name).orElse(null))
                .with("process_pid", process.map(Process::pid).orElse(null))
                .with("observed_at", now.truncatedTo(ChronoUnit.MILLIS)));
    }

    /// Whoever has the file open at this moment; one that was quicker stays unknown.
    private Optional<Process> holder(Path path) {
        var seen = 0;
        try {
            for (var pid : files.names("/proc")) {
                if (!pid.matches("\\d{1,9}")) {
                    continue;
                }
                try {
                    for (var descriptor : files.names("/proc/" + pid + "/fd")) {
                        if (++seen > MAX_DESCRIPTORS) {
                            return Optional.empty();
                        }
                        if (leadsTo("/proc/" + pid + "/fd/" + descriptor, path)) {
                            return Optional.of(new Process(Integer.parseInt(pid), name(pid)));
                        }
                    }
                } catch (IOException goneOrDenied) {
                    // processes end while we look, and others' are closed to an agent without the right
                    continue;
                }
            }
        } catch (IOException noProc) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private boolean leadsTo(String descriptor, Path path) {
        try {
            return Files.readSymbolicLink(files.resolve(descriptor)).toString().equals(path.toString());
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    private String name(String pid) throws IOException {
        return files.text("/proc/" + pid + "/comm", 64)
                .map(text -> text.replaceAll("\\p{Cntrl}", " ").strip())
                .filter(text -> !text.isEmpty())
                .orElse("unknown");
    }
}
