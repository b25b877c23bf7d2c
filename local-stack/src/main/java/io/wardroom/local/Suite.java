package io.wardroom.local;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

/// The packaged services and the host agent as processes of this machine, the way `./wardroom up` runs them.
///
/// Safe for use by several threads.
public final class Suite implements AutoCloseable {
    static final String AGENT = "agent";
    private static final Duration LIMIT = Duration.ofSeconds(180);
    private static final Duration CACHE_LIMIT = Duration.ofMinutes(10);
    private static final Duration AGENT_LIMIT = Duration.ofSeconds(60);
    /// More at once only wait for each other's compilers.
    private static final int STARTED_AT_ONCE = Math.max(2, Runtime.getRuntime().availableProcessors() * 3 / 2);

    private final Home home;
    private final Ports ports;
    private final Processes processes;
    private final Apps apps;
    private final Backing backing;
    private final Http http = new Http();

    Suite(Home home, Ports ports, Processes processes, Apps apps, Backing backing) {
        this.home = home;
        this.ports = ports;
        this.processes = processes;
        this.apps = apps;
        this.backing = backing;
    }

    /// Starts the eight services, and the agent if wanted, on free ports; what an earlier suite of the same directory
    /// left running is ended first. All end with this JVM at the latest.
    ///
    /// @param checkout  the root folder, in which every module is built
    /// @param directory where logs and data go
    /// @param backing   the servers to stand on, such as [TestStack#shared()]
    /// @param progress  told what has come up
    /// @throws Trouble of the first part that does not come up; nothing is left running then
    public static Suite start(Path checkout, Path directory, Backing backing, boolean withAgent, PrintStream progress)
            throws IOException {
        var home = new Home(directory);
        home.create();
        Processes.endLeftovers(home, progress::println);
        // the servers are new ones, and know nothing of an agent of an earlier run
        PrivateFiles.delete(home.agent());
        var processes = new Processes(home);
        var apps = new Apps(checkout, checkout.resolve("target").resolve("apps"));
        var suite = new Suite(home, Ports.free(), processes, apps, backing);
        Runtime.getRuntime().addShutdownHook(new Thread(suite::close, "suite-stop"));
        try {
            suite.start(withAgent, new Progress(progress));
            return suite;
        } catch (Trouble | IOException failed) {
            suite.close();
            throw failed;
        }
    }

    void start(boolean withAgent, Progress progress) throws IOException {
        var slots = new Semaphore(STARTED_AT_ONCE, true);
        try (var tasks = new Tasks()) {
            for (var service : Service.values()) {
                tasks.run(() -> {
                    slots.acquire();
                    try {
                        var since = System.nanoTime();
                        start(service);
                        progress.up(service.folder(), ports.http(service.port()), since);
                    } finally {
                        slots.release();
                    }
                });
            }
            tasks.join();
        }
        if (withAgent) {
            var since = System.nanoTime();
            startAgent();
            progress.up(AGENT, "this host", since);
        }
    }

    /// Starts one again after [#kill(String)] or [#stop(String)], with the same data.
    ///
    /// @param name a service's folder, or `agent`
    public void start(String name) throws IOException {
        if (name.equals(AGENT)) {
            startAgent();
        } else {
            start(Service.of(name));
        }
    }

    private void start(Service service) throws IOException {
        var app = apps.of(service);
        processes
                .start(command(
                        service,
                        service.folder(),
                        service.rank(),
                        app,
                        StartCache.of(app).use().stream().toList()))
                .await(LIMIT, () -> http.get(ports.http(service.management()) + "/actuator/health/readiness", "")
                        .ok());
    }

    private Command command(Service service, String name, Rank rank, Path app, List<String> more) throws IOException {
        var words = service.carriesLoad()
                ? Command.java(service.heapMebibytes())
                : Command.smallJava(service.heapMebibytes());
        words.addAll(
                List.of("-Xms32m", "-Xss512k", "-XX:ReservedCodeCacheSize=" + (service.carriesLoad() ? 96 : 48) + "m"));
        words.addAll(more);
        words.addAll(List.of("-jar", service.folder() + ".jar"));
        var port = rank == Rank.ERRAND ? 0 : ports.of(service.port());
        return new Command(name, rank, words, environment(service), true, app, port);
    }

    /// Makes the start caches that are missing, one after the other and behind all other work.
    ///
    /// @throws Trouble if a service does not get as far as it does in a start
    void makeStartCaches() throws IOException {
        for (var service : Service.values()) {
            var app = apps.of(service);
            var cache = StartCache.of(app);
            if (cache.isMade() || !cache.isAffordable()) {
                continue;
            }
            var name = service.folder() + "-start-cache";
            var command = command(service, name, Rank.ERRAND, app, cache.record());
            var maker = processes.start(command.behindOthers());
            maker.await(
                    CACHE_LIMIT,
                    () -> !maker.process().isAlive() && maker.process().exitValue() == 0);
            processes.stop(name);
            cache.keep();
        }
    }

    Map<String, String> environment(Service service) throws IOException {
        var environment = new HashMap<>(backing.environmentOf(service.folder()));
        environment.put("SERVER_ADDRESS", Ports.HOST);
        environment.put("SERVER_PORT", Integer.toString(ports.of(service.port())));
        environment.put("MANAGEMENT_SERVER_ADDRESS", Ports.HOST);
        environment.put("MANAGEMENT_SERVER_PORT", Integer.toString(ports.of(service.management())));
        for (var upstream : Service.values()) {
            if (!upstream.urlVariable().isEmpty()) {
                environment.put(upstream.urlVariable(), ports.http(upstream.port()));
            }
        }
        return environment;
    }

    private void startAgent() throws IOException {
        var data = home.agent().resolve("data");
        Files.createDirectories(data);
        PrivateFiles.restrict(home.agent());
        PrivateFiles.restrict(data);
        var identity = data.resolve("identity.json");
        var token = home.agent().resolve("enrolment-token");
        if (Files.notExists(identity)) {
            PrivateFiles.write(token, enrolmentToken() + "\n");
        }
        var settings = home.agent().resolve("agent.toml");
        PrivateFiles.write(
                settings, """
                hub_url = "%s"
                enrolment_token_file = %s
                data_dir = %s
                """.formatted(gateway(), Json.write(token.toString()), Json.write(data.toString())));
        Files.createDirectories(home.runtime());
        var jar = home.runtime().resolve("wardroom-agent.jar");
        Files.copy(apps.agentJar(), jar, StandardCopyOption.REPLACE_EXISTING);
        processes
                .start(new Command(
                        AGENT,
                        Rank.AGENT,
                        List.of(apps.agentProgram().toString(), "--config", settings.toString()),
                        Map.of("JAVA_HOME", System.getProperty("java.home"), "WARDROOM_AGENT_JAR", jar.toString()),
                        false,
                        home.agent(),
                        0))
                .await(
                        AGENT_LIMIT,
                        () -> Json.object(Files.readString(identity)).get("agent_id") != null);
        Files.deleteIfExists(token);
    }

    private String enrolmentToken() throws IOException {
        var login = demand(
                http.form(
                        gateway() + "/api/v1/auth/login",
                        Map.of(
                                "username", backing.administrator(),
                                "password", backing.administratorPassword())),
                "The administrator's login");
        var enrolment = demand(
                http.json(
                        "POST",
                        gateway() + "/api/v1/enrolment-tokens",
                        Json.string(login, "access_token"),
                        Json.write(Map.of("label", "this host", "ttl_minutes", 10))),
                "The agent's enrolment token");
        return Json.string(enrolment, "token");
    }

    private Map<String, @org.jspecify.annotations.Nullable Object> demand(Http.Answer answer, String what) {
        if (answer.ok()) {
            return Json.object(answer.body());
        }
        var body = answer.body().length() > 300 ? answer.body().substring(0, 300) : answer.body();
        throw new Trouble(
                "%s was refused: the gateway answered %d %s".formatted(what, answer.status(), body),
                "The end of the gateway's log may tell why.",
                home.log(Service.GATEWAY.folder()));
    }

    /// Where people and agents reach the suite, without `/api/v1`.
    public URI gateway() {
        return URI.create(ports.http(Port.GATEWAY));
    }

    /// The address of a port of the suite, such as `http://127.0.0.1:8102`.
    public URI address(Port port) {
        return URI.create(ports.http(port));
    }

    /// The running process of a service or of `agent`.
    ///
    /// @throws IllegalArgumentException if it does not run
    public ProcessHandle process(String name) {
        return processes
                .child(name)
                .map(child -> child.process().toHandle())
                .orElseThrow(() -> new IllegalArgumentException(name + " does not run"));
    }

    /// Where the output of a service or of `agent` goes.
    public Path log(String name) {
        return home.log(name);
    }

    /// The folder with the agent's settings and, below `data`, its key, identity and spool.
    public Path agentDirectory() {
        return home.agent();
    }

    /// Ends one at once, as `kill -9` does.
    public void kill(String name) {
        processes.kill(name);
    }

    /// Stops one in order.
    public void stop(String name) {
        processes.stop(name);
    }

    /// Stops all that run, the agent first.
    @Override
    public void close() {
        processes.close(System.err::println);
    }
}
