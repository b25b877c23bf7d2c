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

    /// Where those who are no part of the suite log in and read, if they were admitted.
    String bootstrapOfIntegrators() {
        return ports.address(Port.KAFKA_INTEGRATORS);
    }

    private String tokenKeys() {
        return Keycloak.issuer(ports) + "/protocol/openid-connect/certs";
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
                "-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=" + tokenKeys(),
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
                listeners=PLAINTEXT://%1$s,CONTROLLER://%2$s,INTEGRATORS://%4$s
                advertised.listeners=PLAINTEXT://%1$s,INTEGRATORS://%4$s
                listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,INTEGRATORS:SASL_PLAINTEXT
                inter.broker.listener.name=PLAINTEXT
                controller.listener.names=CONTROLLER
                # the suite's own services come without a name, by a listener that only they reach; whoever has a name
                # may do what an ACL allows, and nothing without one
                authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
                super.users=User:ANONYMOUS
                allow.everyone.if.no.acl.found=false
                listener.name.integrators.sasl.enabled.mechanisms=OAUTHBEARER,SCRAM-SHA-512
                listener.name.integrators.connections.max.reauth.ms=900000
                listener.name.integrators.max.connections=200
                listener.name.integrators.scram-sha-512.sasl.jaas.config=%7$s.scram.ScramLoginModule required;
                listener.name.integrators.oauthbearer.sasl.jaas.config=%7$s.oauthbearer.OAuthBearerLoginModule required;
                listener.name.integrators.oauthbearer.sasl.server.callback.handler.class=%8$s
                listener.name.integrators.sasl.oauthbearer.jwt.validator.class=%9$s
                listener.name.integrators.sasl.oauthbearer.jwks.endpoint.url=%5$s
                listener.name.integrators.sasl.oauthbearer.expected.issuer=%6$s
                listener.name.integrators.sasl.oauthbearer.expected.audience=%10$s
                # the client a token was made for, which is what ACLs name
                listener.name.integrators.sasl.oauthbearer.sub.claim.name=azp
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
                        data.toString().replace("\\", "\\\\"),
                        bootstrapOfIntegrators(),
                        tokenKeys(),
                        Keycloak.issuer(ports),
                        "org.apache.kafka.common.security",
                        "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler",
                        IntegratorTokens.class.getName(),
                        Keycloak.EVENTS_AUDIENCE);
    }
}
