package io.wardroom.agent;

import io.wardroom.agent.activity.Activity;
import io.wardroom.agent.activity.ProcessDna;
import io.wardroom.agent.config.AgentConfig;
import io.wardroom.agent.config.ConfigFile;
import io.wardroom.agent.config.ConfigProblem;
import io.wardroom.agent.honeypot.Canaries;
import io.wardroom.agent.honeypot.Honeypots;
import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.hub.Delivery;
import io.wardroom.agent.hub.Desired;
import io.wardroom.agent.hub.HubClient;
import io.wardroom.agent.hub.MachineFacts;
import io.wardroom.agent.identity.Identity;
import io.wardroom.agent.inventory.Inventory;
import io.wardroom.agent.json.Json;
import io.wardroom.agent.log.Log;
import io.wardroom.agent.metrics.HostMetrics;
import io.wardroom.agent.spool.BatchId;
import io.wardroom.agent.spool.Counters;
import io.wardroom.agent.spool.Spool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// The program: reads the command line, puts the parts together, ends with its status.
public final class WardroomAgent {
    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int WRONG_USE = 2;
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(30);
    /// The CPU's utilisation is a mean over time: a single collection needs some.
    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(500);
    /// How long `--once` tries to deliver.
    private static final Duration ONCE_LIMIT = Duration.ofSeconds(60);

    private final Clock clock = Clock.systemUTC();
    private final HostFiles files = new HostFiles(Path.of("/"));
    private final String version = AgentVersion.read();

    private WardroomAgent() {}

    public static void main(String[] arguments) throws InterruptedException {
        var status = new WardroomAgent().run(CommandLine.parse(List.of(arguments), System.getenv()));
        if (status != DONE) {
            System.exit(status);
        }
    }

    private int run(CommandLine wish) throws InterruptedException {
        try {
            return switch (wish) {
                case CommandLine.Help() -> {
                    System.out.print(CommandLine.HELP);
                    yield DONE;
                }
                case CommandLine.Version() -> {
                    System.out.println("wardroom-agent " + version);
                    yield DONE;
                }
                case CommandLine.WrongUse(String what) -> {
                    System.err.println("wardroom-agent: %s (see --help)".formatted(what));
                    yield WRONG_USE;
                }
                case CommandLine.Print() -> print();
                case CommandLine.Check(Path file) -> check(file);
                case CommandLine.RemoveCanaries(Path file) -> removeCanaries(load(file));
                case CommandLine.Once(Path file) -> once(load(file));
                case CommandLine.Run(Path file) -> start(load(file));
            };
        } catch (ConfigProblem problem) {
            System.err.println("wardroom-agent: " + problem.getMessage());
            return WRONG_USE;
        } catch (IOException failed) {
            System.err.println("wardroom-agent: " + Log.reason(failed));
            return FAILED;
        }
    }

    private static AgentConfig load(Path file) throws ConfigProblem {
        var loaded = ConfigFile.load(file, System.getenv());
        loaded.warnings().forEach(Log::warn);
        return loaded.config();
    }

    private int check(Path file) throws ConfigProblem, IOException {
        var loaded = ConfigFile.load(file, System.getenv());
        loaded.warnings().forEach(warning -> System.err.println("warning: " + warning));
        var config = loaded.config();
        // what the file names must be usable as well
        client(config).close();
        var token = config.currentEnrolmentToken().isPresent() ? "given" : "none";
        System.out.println("%s is fine: hub %s, data in %s, enrolment token %s"
                .formatted(file, config.hubUrl(), config.dataDir(), token));
        return DONE;
    }

    private int print() throws IOException, InterruptedException {
        var instance = UUID.randomUUID().toString();
        var collection = collection(Optional.empty());
        var items = new ArrayList<>(collect(collection, new Spool.Fill(0, 0), Counters.NONE));
        items.addAll(Collection.inventory(new Inventory(files, clock).all()));
        var now = clock.instant();
        var body = new Batches(instance, version, clock).body(BatchId.at(now.toEpochMilli()), 1, now, items);
        Json.pretty(System.out, body);
        System.out.println();
        return DONE;
    }

    private Canaries canaries(AgentConfig config) {
        return new Canaries(Path.of("/"), config.configFolder(), config.dataDir());
    }

    private int removeCanaries(AgentConfig config) throws IOException {
        canaries(config).remove();
        return DONE;
    }

    private Collection collection(Optional<ProcessDna> dna) {
        var metrics = new HostMetrics(files);
        metrics.begin();
        return new Collection(metrics, new Activity(files, System::nanoTime), dna, clock);
    }

    private static List<Item> collect(Collection collection, Spool.Fill fill, Counters counters)
            throws InterruptedException {
        Thread.sleep(SHORTEST_INTERVAL);
        return collection.items(fill, counters, true);
    }

    private HubClient client(AgentConfig config) throws ConfigProblem {
        return new HubClient(config.hubUrl(), config.hubCaFile(), version, REQUEST_LIMIT);
    }

    private Delivery delivery(
            AgentConfig config,
            MachineFacts facts,
            Identity identity,
            HubClient client,
            Spool spool,
            Consumer<Desired> wishes) {
        return new Delivery(
                identity,
                config,
                facts,
                version,
                client,
                spool,
                clock,
                System::nanoTime,
                RandomGenerator.getDefault(),
                wishes);
    }

    private int once(AgentConfig config) throws ConfigProblem, IOException, InterruptedException {
        try (var spool = Spool.open(config.dataDir().resolve("spool"), config.spoolMaxBytes());
                var client = client(config)) {
            var identity = Identity.open(config.dataDir(), files, config.machineId());
            var batches = new Batches(identity.instanceId(), version, clock);
            var items = new ArrayList<>(collect(collection(dna(config)), spool.fill(), spool.counters()));
            items.addAll(Collection.inventory(new Inventory(files, clock).all()));
            for (var part : Batches.parted(items)) {
                spool.append(seq -> batches.draft(seq, part));
            }
            var facts = MachineFacts.read(files, config.labels());
            var delivery = delivery(config, facts, identity, client, spool, wish -> {});
            var deadline = System.nanoTime() + ONCE_LIMIT.toNanos();
            for (var wait = delivery.step(); spool.fill().batches() > 0; wait = delivery.step()) {
                if (System.nanoTime() + wait.toNanos() > deadline) {
                    Log.error("%d batches could not be delivered and stay in the spool"
                            .formatted(spool.fill().batches()));
                    return FAILED;
                }
                Thread.sleep(wait);
            }
            return DONE;
        }
    }

    private int start(AgentConfig config) throws ConfigProblem, IOException {
        // the spool first: its lock keeps a second agent from changing the identity
        var spool = Spool.open(config.dataDir().resolve("spool"), config.spoolMaxBytes());
        var identity = Identity.open(config.dataDir(), files, config.machineId());
        if (!config.honeypots()) {
            // they were switched off
            canaries(config).remove();
        }
        var client = client(config);
        var facts = MachineFacts.read(files, config.labels());
        var batches = new Batches(identity.instanceId(), version, clock);
        var agent = new RunningAgent(
                config,
                collection(dna(config)),
                new Inventory(files, clock),
                batches,
                spool,
                events -> new Honeypots(canaries(config), files, clock, events),
                wishes -> delivery(config, facts, identity, client, spool, wishes));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(agent, client), "stop"));
        Log.info("wardroom-agent %s: hub %s, data in %s, %d batches wait in the spool"
                .formatted(
                        version, config.hubUrl(), config.dataDir(), spool.fill().batches()));
        agent.start();
        return DONE;
    }

    private Optional<ProcessDna> dna(AgentConfig config) {
        return config.processDna() ? Optional.of(new ProcessDna(files)) : Optional.empty();
    }

    private static void stop(RunningAgent agent, HubClient client) {
        try {
            agent.stop();
        } catch (IOException failed) {
            Log.error("stopped, but not cleanly: " + Log.reason(failed));
        } catch (InterruptedException again) {
            Thread.currentThread().interrupt();
        } finally {
            client.close();
        }
    }
}
