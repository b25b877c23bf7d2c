package io.wardroom.local;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Brings the whole of Wardroom up on this machine, holds it there, and takes it down in order.
final class Launcher {
    static final String NAME = "wardroom";
    static final String PASSWORD_VARIABLE = "WARDROOM_ADMIN_PASSWORD";
    static final String CACHES_VARIABLE = "WARDROOM_START_CACHES";
    private static final int SHORTEST_PASSWORD = 8;
    private static final int TAIL_LINES = 25;

    private final Home home;
    private final Path checkout;
    private final Map<String, String> environment;
    private final PrintStream out;
    private final Processes processes;
    private final LogKeeper logs;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile @Nullable Infrastructure infrastructure;
    private @Nullable HomeLock lock;

    Launcher(Home home, Path checkout, Map<String, String> environment, PrintStream out) {
        this.home = home;
        this.checkout = checkout;
        this.environment = environment;
        this.out = out;
        this.processes = new Processes(home);
        this.logs = new LogKeeper(home.logs(), out);
    }

    /// Starts everything and stays until it is told to stop.
    ///
    /// @return the exit status, 0 also if it ran already
    int up(boolean withAgent) throws IOException {
        home.create();
        if (!takeLock()) {
            out.println(
                    Running.in(home).map(Running::sentence).orElse("Wardroom is being started or stopped already."));
            return 0;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
        try {
            bringUp(withAgent);
        } catch (Trouble trouble) {
            if (!stopping.get()) {
                tell(trouble);
            }
            stop();
            return 1;
        }
        watch();
        return 0;
    }

    private void bringUp(boolean withAgent) throws IOException {
        var since = System.nanoTime();
        var progress = new Progress(out);
        var leftovers = Processes.endLeftovers(home, out::println);
        if (leftovers > 0) {
            progress.say("Ended %d processes that an earlier start had left behind.".formatted(leftovers));
        }
        var ports = Ports.of(environment);
        ports.demandFree(Arrays.asList(Port.values()));
        var wanted = wantedPassword();
        Running.write(home, ports, Running.STARTING);
        // two servers in this process set up their logging at once, which SLF4J tells on the terminal
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        System.setProperty("wardroom.log.s3", home.log(ObjectStore.NAME).toString());
        logs.start();
        progress.say("Wardroom starts; data in " + home.directory());
        var secrets = Secrets.in(home.secrets());
        var servers = new Infrastructure(
                home, ports, processes, secrets, new EmbeddedPostgres(home, ports, processes, secrets, true));
        infrastructure = servers;
        servers.start(home.runtime(), progress);
        provide(servers, wanted, progress);
        var suite = new Suite(
                home, ports, processes, new Apps(checkout, home.runtime().resolve("apps")), servers);
        suite.start(withAgent, progress);
        Running.write(home, ports, Running.READY);
        progress.say("""
                Wardroom is up after %s.

                  address         %s
                  documentation   %s/docs
                  log in as       %s
                  password in     %s

                """.formatted(
                Progress.seconds(since),
                ports.http(Port.GATEWAY),
                ports.http(Port.GATEWAY),
                Infrastructure.ADMINISTRATOR,
                home.adminPassword()).stripTrailing());
        if (environment.getOrDefault(CACHES_VARIABLE, "").equals("on")) {
            Thread.ofPlatform().daemon().name("start-caches").start(() -> makeStartCaches(suite, progress));
        }
    }

    private void makeStartCaches(Suite suite, Progress progress) {
        var since = System.nanoTime();
        try {
            suite.makeStartCaches();
            progress.done("start caches", since);
        } catch (Trouble | IOException failed) {
            // the suite runs without them
            if (!stopping.get()) {
                progress.say("No start caches: " + failed.getMessage());
            }
        }
    }

    private static void provide(Infrastructure servers, String wanted, Progress progress) {
        try (var tasks = new Tasks()) {
            tasks.run(() -> {
                var since = System.nanoTime();
                servers.provideDatabases();
                progress.done("databases and roles", since);
            });
            tasks.run(() -> {
                var since = System.nanoTime();
                servers.provideAdministrator(wanted);
                progress.done("first administrator", since);
            });
            tasks.join();
        }
    }

    private String wantedPassword() {
        var wanted = environment.getOrDefault(PASSWORD_VARIABLE, "");
        if (!wanted.isEmpty() && wanted.length() < SHORTEST_PASSWORD) {
            throw new Trouble(
                    "%s is shorter than %d characters.".formatted(PASSWORD_VARIABLE, SHORTEST_PASSWORD),
                    "Choose a longer one, or leave it out and one is made.");
        }
        return wanted;
    }

    /// Waits for the end, and tells of each part that ends before.
    private void watch() {
        for (var child : processes.all()) {
            child.process().onExit().thenAccept(process -> {
                if (!stopping.get()) {
                    out.printf(
                            Locale.ROOT,
                            "%s ended unexpectedly (exit status %d); its log: %s%n",
                            child.name(),
                            process.exitValue(),
                            child.record().log());
                }
            });
        }
        try {
            stopped.await();
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
            stop();
        }
    }

    /// Stops all, once; a second caller waits for the first.
    private void stop() {
        if (stopping.compareAndSet(false, true)) {
            try {
                var servers = infrastructure;
                if (servers == null) {
                    processes.close(out::println);
                } else {
                    out.println("Wardroom stops.");
                    servers.stop(out::println);
                    out.println("Wardroom is down; its data stays in " + home.data());
                }
                Running.forget(home);
            } catch (Exception failed) {
                out.println("Not everything could be stopped: " + failed + ". Run ./wardroom down.");
            } finally {
                logs.close();
                out.flush();
                stopped.countDown();
            }
            return;
        }
        try {
            stopped.await();
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(Trouble trouble) throws IOException {
        out.println();
        out.println(trouble.getMessage() + " " + trouble.advice());
        var log = trouble.log();
        if (log != null) {
            out.println("  " + log + ":");
            for (var line : LogKeeper.tail(log, TAIL_LINES)) {
                LogLine.readable(line).forEach(part -> out.println("  | " + part));
            }
        }
        if (trouble.getCause() != null) {
            out.println("  (" + trouble.getCause() + ")");
        }
        out.println();
    }

    private boolean takeLock() throws IOException {
        lock = HomeLock.take(home.lock()).orElse(null);
        return lock != null;
    }
}
