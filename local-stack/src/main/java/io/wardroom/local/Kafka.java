package io.wardroom.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The broker: one node, KRaft, in a JVM of its own so that it can be stopped alone.
final class Kafka {
    static final String NAME = "kafka";
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int HEAP_MEBIBYTES = 256;

    private final Home home;
    private final Ports ports;
    private final Processes processes;

    Kafka(Home home, Ports ports, Processes processes) {
        this.home = home;
        this.ports = ports;
        this.processes = processes;
    }

    String bootstrap() {
        return ports.address(Port.KAFKA);
    }

    void start() throws IOException {
        var data = home.data().resolve(NAME);
        Files.createDirectories(data);
        var settings = home.run().resolve("kafka.properties");
        PrivateFiles.write(settings, settings(data));
        var ready = home.run().resolve("kafka.ready");
        Files.deleteIfExists(ready);
        var words = Command.java(HEAP_MEBIBYTES);
        words.addAll(List.of(
                "-Xms96m",
                "-XX:ReservedCodeCacheSize=64m",
                "-Dlog4j2.configurationFile=io/wardroom/local/log4j2-kafka.xml",
                "-Dlog4j2.disable.jmx=true",
                "-cp",
                ClassPath.ofServers(),
                KafkaProcess.class.getName(),
                settings.toString(),
                ready.toString()));
        processes
                .start(new Command(NAME, Rank.KAFKA, words, Map.of(), false, data, ports.of(Port.KAFKA)))
                .await(LIMIT, () -> Files.exists(ready));
    }

    private String settings(Path data) {
        return """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@%2$s
                listeners=PLAINTEXT://%1$s,CONTROLLER://%2$s
                advertised.listeners=PLAINTEXT://%1$s
                listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
                inter.broker.listener.name=PLAINTEXT
                controller.listener.names=CONTROLLER
                log.dirs=%3$s
                # one node: nothing has a second copy
                default.replication.factor=1
                min.insync.replicas=1
                offsets.topic.replication.factor=1
                offsets.topic.num.partitions=4
                transaction.state.log.replication.factor=1
                transaction.state.log.min.isr=1
                transaction.state.log.num.partitions=4
                share.coordinator.state.topic.replication.factor=1
                share.coordinator.state.topic.min.isr=1
                share.coordinator.state.topic.num.partitions=4
                # topics are declared by the services, never by a typing error
                auto.create.topics.enable=false
                num.partitions=1
                group.initial.rebalance.delay.ms=0
                # after a crash the next start waits for the old session to run out
                broker.session.timeout.ms=4000
                broker.heartbeat.interval.ms=1000
                log.cleaner.dedupe.buffer.size=16777216
                num.network.threads=2
                num.io.threads=4
                log.retention.hours=48
                log.segment.bytes=134217728
                """.formatted(
                        bootstrap(),
                        ports.address(Port.KAFKA_CONTROLLER),
                        data.toString().replace("\\", "\\\\"));
    }
}
