package io.wardroom.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The processes of one stack: starts them, writes them down, and stops them in order.
final class Processes {
    /// What a server of somebody else's needs to see of our environment.
    private static final List<String> HANDED_DOWN = List.of("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR");

    static final List<String> WITHHELD =
            List.of(Launcher.PASSWORD_VARIABLE, "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "MAVEN_OPTS");

    private static final Duration KILL_LIMIT = Duration.ofSeconds(10);

    private final Home home;
    private final Map<String, Child> children = new LinkedHashMap<>();
    private boolean closed;

    Processes(Home home) {
        this.home = home;
    }

    /// Starts it in a session of its own, so that a Ctrl-C at the terminal reaches the launcher alone.
    ///
    /// @throws Trouble if the system will not start it
    synchronized Child start(Command command) {
        if (closed) {
            throw new Trouble("Wardroom is being stopped.", "Start it again afterwards.");
        }
        var log = home.log(command.name());
        var words = new ArrayList<String>();
        Programs.find("setsid").ifPresent(program -> words.add(program.toString()));
        words.addAll(command.words());
        var builder = new ProcessBuilder(words).directory(command.directory().toFile());
        var environment = builder.environment();
        if (command.open()) {
            WITHHELD.forEach(environment::remove);
        } else {
            environment.keySet().retainAll(HANDED_DOWN);
        }
        environment.put("MALLOC_ARENA_MAX", "2");
        environment.putAll(command.environment());
        try {
            Files.createDirectories(home.logs());
            if (Files.exists(log)) {
                Files.move(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
            }
            builder.redirectInput(
                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            var process = builder.start();
            var record = ProcessRecord.of(command, process.pid(), log);
            record.write(home.run());
            var child = new Child(command, process, record);
            children.put(command.name(), child);
            return child;
        } catch (IOException refused) {
            throw new Trouble(
                    "%s could not be started: %s.".formatted(command.name(), refused.getMessage()),
                    "Look at the disk and at the rights of %s.".formatted(home.directory()),
                    null,
                    refused);
        }
    }

    synchronized Optional<Child> child(String name) {
        return Optional.ofNullable(children.get(name));
    }

    synchronized List<Child> all() {
        return List.copyOf(children.values());
    }

    /// Stops one, and forgets it.
    void stop(String name) {
        child(name).ifPresent(child -> {
            stop(List.of(child.record()), _ -> {});
            synchronized (this) {
                children.remove(name);
            }
        });
    }

    /// Ends one at once, as a crash would.
    void kill(String name) {
        child(name).ifPresent(child -> {
            child.process().destroyForcibly();
            // not by its record: the first thread is a zombie while others still hold the process's sockets
            awaitExit(child);
            forget(child.record());
            synchronized (this) {
                children.remove(name);
            }
        });
    }

    private static void awaitExit(Child child) {
        try {
            child.process().waitFor(KILL_LIMIT);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /// Stops all, those of the same rank together; nothing can be started any more.
    void close(Consumer<String> note) {
        List<Child> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(children.values());
            children.clear();
        }
        stop(left.stream().map(Child::record).toList(), note);
    }

    /// Ends what an earlier launcher of this home left running.
    ///
    /// @return how many processes that were
    static int endLeftovers(Home home, Consumer<String> note) throws IOException {
        var records = ProcessRecord.allIn(home.run());
        var living =
                records.stream().filter(record -> record.process().isPresent()).toList();
        new Processes(home).stop(records, note);
        return living.size();
    }

    private void stop(List<ProcessRecord> records, Consumer<String> note) {
        for (var rank : Rank.values()) {
            var peers = records.stream().filter(record -> record.rank() == rank).toList();
            peers.forEach(Processes::signal);
            var deadline = System.nanoTime() + rank.patience().toNanos();
            for (var peer : peers) {
                if (!peer.awaitEnd(Duration.ofNanos(deadline - System.nanoTime()))) {
                    note.accept("%s did not stop within %d s and was killed."
                            .formatted(peer.name(), rank.patience().toSeconds()));
                    peer.process().ifPresent(process -> {
                        process.descendants().forEach(ProcessHandle::destroyForcibly);
                        process.destroyForcibly();
                    });
                    peer.awaitEnd(KILL_LIMIT);
                }
                forget(peer);
            }
        }
    }

    private static void signal(ProcessRecord record) {
        record.process().ifPresent(process -> {
            if (record.rank() == Rank.POSTGRES) {
                Programs.run(List.of("sh", "-c", "kill -INT " + process.pid()));
            } else {
                process.destroy();
            }
        });
    }

    private void forget(ProcessRecord record) {
        try {
            record.forget(home.run());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
