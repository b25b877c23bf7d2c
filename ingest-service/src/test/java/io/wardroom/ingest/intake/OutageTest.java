package io.wardroom.ingest.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.ingest.RunningIngest;
import io.wardroom.ingest.TestAgent;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What holds when Kafka goes and comes back, and when the service itself is started again.
class OutageTest {
    private static final String[] IMPATIENT = {
        "--spring.kafka.producer.properties.delivery.timeout.ms=2000",
        "--spring.kafka.producer.properties.request.timeout.ms=1000",
        "--spring.kafka.producer.properties.max.block.ms=1000"
    };

    @Test
    void whileKafkaIsAwayNothingIsAcknowledgedAndNothingAcknowledgedIsLost() throws Exception {
        try (var ingest = RunningIngest.start(IMPATIENT)) {
            var sender = ingest.enrol(TestAgent.signing());
            var acknowledged = Collections.<UUID>newSetFromMap(new ConcurrentHashMap<>());
            var triedAgain = Collections.<UUID>newSetFromMap(new ConcurrentHashMap<>());
            var refused = new AtomicInteger();
            var done = new AtomicBoolean();

            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                // as an agent does: the same batch until it is acknowledged
                Runnable stream = () -> {
                    while (!done.get()) {
                        var id = UUID.randomUUID();
                        var body = IngestTest.batch(id, 1);
                        for (var answer = ingest.ingest(sender, body); answer.status() != 202; ) {
                            assertThat(answer.status()).isEqualTo(503);
                            assertThat(answer.body().get("code").asString()).isEqualTo("UNAVAILABLE");
                            assertThat(answer.response().headers().firstValue("Retry-After"))
                                    .hasValue("5");
                            refused.incrementAndGet();
                            triedAgain.add(id);
                            answer = ingest.ingest(sender, body);
                        }
                        acknowledged.add(id);
                    }
                };
                var streams = List.of(threads.submit(stream), threads.submit(stream), threads.submit(stream));
                await("batches flow").atMost(Duration.ofSeconds(20)).until(() -> acknowledged.size() > 50);
                RunningIngest.stack().stopKafka();
                try {
                    await("batches are refused").atMost(Duration.ofSeconds(20)).until(() -> refused.get() > 3);
                } finally {
                    RunningIngest.stack().startKafka();
                }
                var before = acknowledged.size();
                await("batches flow again")
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> acknowledged.size() > before + 50);
                done.set(true);
                for (var one : streams) {
                    one.get();
                }
            }

            var stored = RunningIngest.metrics(sender).stream()
                    .map(RunningIngest::idOf)
                    .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
            assertThat(stored.keySet()).containsAll(acknowledged);
            var doubled = new HashSet<>(stored.keySet());
            doubled.removeIf(id -> stored.get(id) == 1);
            // one whose acknowledgement was lost comes again under its id, by which the storage knows it
            assertThat(triedAgain).containsAll(doubled);
        }
    }

    @Test
    void aRestartStillKnowsWhatWasTakenBefore() {
        var sender = TestAgent.signing();
        var ids = List.of(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());
        try (var ingest = RunningIngest.start()) {
            ingest.enrol(sender);
            ids.forEach(id -> assertThat(
                            ingest.ingest(sender, IngestTest.batch(id, 1)).status())
                    .isEqualTo(202));
        }

        try (var ingest = RunningIngest.start()) {
            for (var id : ids) {
                var answer = ingest.ingest(sender, IngestTest.batch(id, 1));

                assertThat(answer.status()).isEqualTo(202);
                assertThat(answer.body().get("duplicate").asBoolean()).isTrue();
            }
            assertThat(ingest.ingest(sender, IngestTest.batch(UUID.randomUUID(), 1))
                            .body()
                            .get("duplicate")
                            .asBoolean())
                    .isFalse();
        }
        assertThat(RunningIngest.metrics(sender)).hasSize(4);
    }

    @Test
    void moreThanThereIsRoomForIsRefusedUntilThereIsRoomAgain() {
        try (var ingest = RunningIngest.start("--wardroom.ingest.intake.in-flight=1KB")) {
            var sender = ingest.enrol(TestAgent.signing());
            var large = IngestTest.batch(UUID.randomUUID(), 1) + " ".repeat(2000);

            var refused = ingest.ingest(sender, large);
            var small = ingest.ingest(sender, IngestTest.batch(UUID.randomUUID(), 1));

            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.response().headers().firstValue("Retry-After")).hasValue("5");
            assertThat(small.status()).isEqualTo(202);
            assertThat(ingest.bean(InFlight.class).bytes()).isZero();
        }
    }
}
