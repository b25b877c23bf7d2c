package io.wardroom.local;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;

/// Steers a launcher from outside: starts one in the background, stops one, deletes what it left.
final class Control {
    private static final Duration START_LIMIT = Duration.ofMinutes(15);
    private static final Duration STOP_LIMIT = Duration.ofMinutes(3);

    private static final Duration KILL_LIMIT = Duration.ofSeconds(10);

    private final Home home;
    private final PrintStream out;

    Control(Home home, PrintStream out) {
        this.home = home;
        this.out = out;
    }

    /// Starts a launcher that outlives this process, and shows what it says until all is up.
    ///
    /// @return the exit status: 0 once all is up, or if it ran already
    int upDetached(Path checkout, boolean withAgent, Map<String, String> environment) throws IOException {
        home.create();
        var already = Running.in(home);
        if (already.isPresent()) {
            out.println(already.get().sentence());
            return 0;
        }
        var log = home.log(Launcher.NAME);
        if (Files.exists(log)) {
            Files.move(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
        }
        var launcher = launch(checkout, withAgent, environment, log);
        var undo = new Thread(
                () -> {
                    launcher.destroy();
                    ProcessRecord.awaitEnd(launcher.pid(), ProcessRecord.identity(launcher.pid()), STOP_LIMIT);
                },
                "undo");
        Runtime.getRuntime().addShutdownHook(undo);
        var deadline = System.nanoTime() + START_LIMIT.toNanos();
        Logs.follow(log, 0, out, () -> !launcher.isAlive() || isReady(launcher.pid()) || System.nanoTime() > deadline);
        if (launcher.isAlive() && isReady(launcher.pid())) {
            Runtime.getRuntime().removeShutdownHook(undo);
            return 0;
        }
        if (launcher.isAlive()) {
            out.println("Wardroom did not come up within %d min; it is stopped.".formatted(START_LIMIT.toMinutes()));
            return 1;
        }
        return launcher.exitValue();
    }

    private Process launch(Path checkout, boolean withAgent, Map<String, String> environment, Path log)
            throws IOException {
        var words = new ArrayList<String>();
        Programs.find("setsid").ifPresent(program -> words.add(program.toString()));
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        words.add("-D" + Main.CHECKOUT + "=" + checkout);
        words.add("-cp");
        words.add(System.getProperty("java.class.path"));
        words.add(Main.class.getName());
        words.add("up");
        if (!withAgent) {
            words.add("--no-agent");
        }
        var builder = new ProcessBuilder(words)
                .directory(home.directory().toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        return builder.start();
    }

    private boolean isReady(long pid) {
        try {
            return Running.in(home)
                    .filter(running -> running.pid() == pid && running.state().equals(Running.READY))
                    .isPresent();
        } catch (IOException halfWritten) {
            return false;
        }
    }

    /// Stops the launcher and what an earlier one may have left.
    int down() throws IOException {
        if (Files.notExists(home.run())) {
            out.println("Wardroom does not run.");
            return 0;
        }
        var running = Running.in(home);
        if (running.isPresent()) {
            out.println("Wardroom stops.");
            stop(running.get());
        }
        try (var _ = lockBehind(running)) {
            var leftovers = Processes.endLeftovers(home, out::println);
            Running.forget(home);
            if (leftovers > 0) {
                out.println("Ended %d processes that an earlier start had left behind.".formatted(leftovers));
            } else if (running.isEmpty()) {
                out.println("Wardroom does not run.");
            }
            if (running.isPresent()) {
                out.println("Wardroom is down; its data stays in " + home.data());
            }
        }
        return 0;
    }

    /// The right to clean up, which a launcher that has just ended may give back a moment later than it is gone.
    private HomeLock lockBehind(Optional<Running> ended) throws IOException {
        if (ended.isPresent()) {
            return HomeLock.await(home.lock(), KILL_LIMIT);
        }
        return HomeLock.take(home.lock())
                .orElseThrow(() -> new Trouble(
                        "Wardroom is being started or stopped by another command.", "Try again in a moment."));
    }

    private void stop(Running running) {
        running.process().ifPresent(ProcessHandle::destroy);
        if (!ProcessRecord.awaitEnd(running.pid(), running.identity(), STOP_LIMIT)) {
            out.println("The launcher did not stop within %d min and is killed.".formatted(STOP_LIMIT.toMinutes()));
            running.process().ifPresent(ProcessHandle::destroyForcibly);
            ProcessRecord.awaitEnd(running.pid(), running.identity(), KILL_LIMIT);
        }
    }

    /// Stops everything and deletes all but the unpacked programs.
    int reset() throws IOException {
        down();
        var lock = HomeLock.take(home.lock());
        if (lock.isEmpty()) {
            throw new Trouble("Wardroom has been started again meanwhile.", "Stop it first.");
        }
        try (var _ = lock.get()) {
            for (var path : new Path[] {
                home.data(), home.agent(), home.logs(), home.secrets(), home.adminPassword(), home.tenant()
            }) {
                PrivateFiles.delete(path);
            }
        }
        out.println("All data in %s is deleted.".formatted(home.directory()));
        return 0;
    }
}
