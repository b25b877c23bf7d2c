package io.wardroom.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.event.EventOutbox;
import io.wardroom.common.tenant.TenantId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.support.TransactionTemplate;

/// What common-lib's outbox promises, on the real servers: this service stands for all that publish.
class OutboxTest extends OnRealServers {
    private static final String TYPE = "io.wardroom.thing.counted.v1";
    private static final int PARTITIONS = 3;
    private static final int KEYS = 8;
    private static final int BEFORE = 30;
    private static final int ALL = 50;

    @Autowired
    private ApplicationContext here;

    @Autowired
    private EventOutbox outbox;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private KafkaAdmin admin;

    @Autowired
    private ConsumerFactory<?, ?> consumers;

    @Autowired
    private MeterRegistry meters;

    @Test
    void anEventExistsIfAndOnlyIfItsTransactionCommitted() {
        var topic = aTopic();

        assertThatThrownBy(() -> append(outbox, topic, "a", 0)).isInstanceOf(IllegalTransactionStateException.class);
        transaction.executeWithoutResult(undone -> {
            append(outbox, topic, "a", 1);
            undone.setRollbackOnly();
        });
        transaction.executeWithoutResult(_ -> append(outbox, topic, "a", 2));

        var records = read(topic, 1);
        assertThat(records).singleElement().satisfies(record -> {
            assertThat(number(record)).isEqualTo(2);
            var headers = EventHeaders.read(record.headers());
            assertThat(headers.source()).isEqualTo("/wardroom/audit-service");
            assertThat(headers.subject()).isEqualTo("a");
            assertThat(headers.tenant()).isEqualTo(new TenantId(tenant));
            assertThat(headers.contentType()).isEqualTo(EventHeaders.JSON);
            assertThat(new String(record.headers().lastHeader("ce_specversion").value()))
                    .isEqualTo("1.0");
        });
        assertThat(meters.get("wardroom.outbox.delay").timer().count()).isPositive();
    }

    @Test
    void twoReplicasKeepTheOrderOfEachAggregateAlsoWhenOneGoes() throws Exception {
        var topic = aTopic();
        var there = new SpringApplicationBuilder(AuditApplication.class)
                .initializers(new Servers())
                .run("--server.port=0");
        try (there) {
            // both have their share of the outbox
            await("two relays")
                    .atMost(PATIENCE)
                    .until(() -> jdbc.sql("select count(distinct instance_id) from outbox_partition")
                                    .query(Integer.class)
                                    .single()
                            == 2);
            // events of a key come one by one, as its aggregate's lock has it, from here and from there
            count(topic, IntStream.range(0, BEFORE), n -> n % 2 == 0 ? here : there);
        }
        count(topic, IntStream.range(BEFORE, ALL), _ -> here);

        var ofKeys = new HashMap<String, Map<UUID, Integer>>();
        read(topic, KEYS * ALL).forEach(record -> ofKeys.computeIfAbsent(record.key(), _ -> new LinkedHashMap<>())
                .putIfAbsent(EventHeaders.read(record.headers()).id(), number(record)));
        assertThat(ofKeys).hasSize(KEYS);
        assertThat(ofKeys.values()).allSatisfy(events -> assertThat(events.values())
                .containsExactlyElementsOf(IntStream.range(0, ALL).boxed().toList()));
    }

    @Test
    void whatCannotBeSentWaitsAndIsToldAndHoldsUpNothingElse() {
        var topic = aTopic();
        var never = "no topic of that name/" + tenant;
        transaction.executeWithoutResult(_ -> append(outbox, never, "a", 1));
        try {
            transaction.executeWithoutResult(_ -> append(outbox, topic, "a", 2));

            assertThat(read(topic, 1)).hasSize(1);
            await("it is told of").atMost(PATIENCE).untilAsserted(() -> {
                assertThat(meters.get("wardroom.outbox.backlog").gauge().value())
                        .isGreaterThanOrEqualTo(1);
                assertThat(meters.get("wardroom.outbox.lag").gauge().value()).isGreaterThan(1);
            });
        } finally {
            jdbc.sql("delete from outbox_record where record_key = :key")
                    .param("key", never + "/a")
                    .update();
        }
    }

    @Test
    void theDatabaseSaysWhatCameFirst() {
        var never = "no topic of that name/" + tenant;
        try {
            transaction.executeWithoutResult(_ -> {
                append(outbox, never, "a", 1);
                append(outbox, never, "a", 2);
            });
            // as a replica whose clock is an hour slow would
            assertThat(jdbc.sql("""
                            insert into outbox_record select 'late-' || id, status, record_key, record_type, payload, context,
                                created_at - interval '1 hour', completed_at, failure_count, failure_reason, next_retry_at,
                                partition_no, handler_id
                            from outbox_record where record_key = :key order by created_at limit 1
                            """).param("key", never + "/a").update()).isEqualTo(1);

            assertThat(jdbc.sql("select id from outbox_record where record_key = :key order by created_at")
                            .param("key", never + "/a")
                            .query(String.class)
                            .list())
                    .hasSize(3)
                    .last()
                    .asString()
                    .startsWith("late-");
        } finally {
            jdbc.sql("delete from outbox_record where record_key = :key")
                    .param("key", never + "/a")
                    .update();
        }
    }

    /// Each key's numbers in their order, all keys at one time.
    private void count(String topic, IntStream numbers, IntFunction<ApplicationContext> replica) throws Exception {
        var all = numbers.toArray();
        try (var writers = Executors.newVirtualThreadPerTaskExecutor()) {
            var work = IntStream.range(0, KEYS)
                    .<Callable<Void>>mapToObj(key -> () -> {
                        for (var number : all) {
                            var at = replica.apply(number);
                            at.getBean(TransactionTemplate.class)
                                    .executeWithoutResult(
                                            _ -> append(at.getBean(EventOutbox.class), topic, "key-" + key, number));
                        }
                        return null;
                    })
                    .toList();
            for (var done : writers.invokeAll(work)) {
                done.get();
            }
        }
    }

    private void append(EventOutbox to, String topic, String key, int number) {
        to.append(topic, TYPE, key, new TenantId(tenant), Map.of("n", number));
    }

    private int number(ConsumerRecord<String, byte[]> record) {
        return json.readTree(record.value()).get("n").asInt();
    }

    private String aTopic() {
        var topic = "tests." + UUID.randomUUID();
        admin.createOrModifyTopics(new NewTopic(topic, PARTITIONS, (short) 1));
        return topic;
    }

    /// Everything on a topic, once so many different events are there.
    private List<ConsumerRecord<String, byte[]>> read(String topic, int expected) {
        var settings = new HashMap<>(consumers.getConfigurationProperties());
        settings.remove("group.id");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            var partitions = IntStream.range(0, PARTITIONS)
                    .mapToObj(number -> new TopicPartition(topic, number))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var found = new ArrayList<ConsumerRecord<String, byte[]>>();
            await("events on " + topic).atMost(Duration.ofSeconds(60)).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(found::add);
                return found.stream()
                                .map(record ->
                                        EventHeaders.read(record.headers()).id())
                                .distinct()
                                .count()
                        >= expected;
            });
            consumer.poll(Duration.ofMillis(300)).forEach(found::add);
            return found;
        }
    }
}
