package io.wardroom.fleet.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.telemetry.SeriesLayout;
import io.wardroom.common.telemetry.proto.MetricsBatch;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.telemetry.ReceivedBatch.Window;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReceivedBatchTest {
    private static final TenantId TENANT = new TenantId(UuidV7.next());
    private static final UUID AGENT = UuidV7.next();
    private static final Instant NOW = Instant.parse("2026-11-22T02:30:00Z");
    private static final Window KEPT = new Window(
            NOW.minusSeconds(7 * 86_400).toEpochMilli(), NOW.plusSeconds(86_400).toEpochMilli());
    private static final SeriesLayout LAYOUT = TestBatch.layout("a", "b");

    @ParameterizedTest
    @CsvSource({
        // over midnight
        "2026-11-21T23:59:59.999Z, 2026-11-22T00:00:00.000Z, 2",
        // both ends of the hour that Berlin has twice, and of the one that it lacks
        "2026-10-25T00:59:59.999Z, 2026-10-25T01:00:00Z, 2",
        "2026-10-25T00:30:00Z, 2026-10-25T01:30:00Z, 2",
        "2026-03-29T00:59:59.999Z, 2026-03-29T01:00:00Z, 2",
        // where a leap second was; POSIX time has none
        "2016-12-31T23:59:59.999Z, 2017-01-01T00:00:00Z, 2",
        "2026-11-22T02:00:00.000Z, 2026-11-22T02:59:59.999Z, 1",
        // before 1970 an hour begins before its moments too
        "1969-12-31T23:59:59.999Z, 1970-01-01T00:00:00Z, 2"
    })
    void aBatchIsCutWhereAnHourEnds(Instant one, Instant other, int parts) {
        var record = TestBatch.of(TENANT, AGENT)
                .moment(LAYOUT, one, 1, 2)
                .moment(LAYOUT, other, 3, 4)
                .toRecord();

        var batch = ReceivedBatch.read(record, new Window(Long.MIN_VALUE, Long.MAX_VALUE), (_, _) -> Optional.empty());

        assertThat(batch.hours()).hasSize(parts);
        assertThat(batch.hours().getFirst().at()).isEqualTo(one.toEpochMilli());
        assertThat(batch.hours().getLast().at()).isEqualTo((parts == 1 ? one : other).toEpochMilli());
        assertThat(batch.hours().stream()
                        .mapToInt(
                                part -> HourGathering.momentsOf(part.moments()).size())
                        .sum())
                .isEqualTo(2);
    }

    @Test
    void momentsOutsideTheKeptTimeAreLeftOutAndCounted() {
        var record = TestBatch.of(TENANT, AGENT)
                .moment(LAYOUT, Instant.ofEpochMilli(KEPT.oldest() - 1), 1, 2)
                .moment(LAYOUT, Instant.ofEpochMilli(KEPT.oldest()), 1, 2)
                .moment(LAYOUT, Instant.ofEpochMilli(KEPT.newest() - 1), 1, 2)
                .moment(LAYOUT, Instant.ofEpochMilli(KEPT.newest()), 1, 2)
                .moment(LAYOUT, Instant.ofEpochMilli(Long.MAX_VALUE), 1, 2)
                .moment(LAYOUT, Instant.ofEpochMilli(Long.MIN_VALUE), 1, 2)
                .toRecord();

        var batch = ReceivedBatch.read(record, KEPT, (_, _) -> Optional.empty());

        assertThat(batch.hours()).hasSize(2);
        assertThat(batch.refused()).isEqualTo(4);
    }

    @Test
    void whatIsNoBatchIsRefused() {
        var good = TestBatch.of(TENANT, AGENT).moment(LAYOUT, NOW, 1, 2);

        assertRefused(TestBatch.record(null, TENANT, good.toMessage().toByteArray()));
        assertRefused(TestBatch.record("no uuid", TENANT, good.toMessage().toByteArray()));
        assertRefused(TestBatch.record(AGENT.toString(), TENANT, null));
        assertRefused(TestBatch.record(AGENT.toString(), TENANT, "{\"json\":1}".getBytes(StandardCharsets.UTF_8)));
        assertRefused(new ConsumerRecord<>(
                "t", 0, 0, AGENT.toString(), good.toMessage().toByteArray()));
        assertRefused(changed(good, batch -> batch.setBatchId(ByteString.copyFromUtf8("short"))));
        assertRefused(changed(good, batch -> batch.getMomentsBuilder(0).setLayoutId(ByteString.EMPTY)));
        assertRefused(
                changed(good, batch -> batch.getMomentsBuilder(0).setValues(ByteString.copyFrom(new byte[] {-1}))));
        assertRefused(changed(
                good, batch -> batch.getMomentsBuilder(0).setValues(ByteString.copyFrom(new byte[] {15, 1, 2}))));
        assertRefused(
                TestBatch.of(TENANT, AGENT).moment(LAYOUT, NOW, 1, Double.NaN).toRecord());
        assertRefused(TestBatch.of(TENANT, AGENT)
                .moment(LAYOUT, NOW, 1, Double.NEGATIVE_INFINITY)
                .toRecord());
        assertThat(catchThrowable(() -> ReceivedBatch.read(good.toRecord(), KEPT, (_, _) -> Optional.empty())))
                .isNull();
    }

    @Test
    void valuesThatDoNotFitTheirLayoutAreRefused() {
        var record = TestBatch.of(TENANT, AGENT).moment(LAYOUT, NOW, 1, 2, 3).toRecord();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReceivedBatch.read(
                        record,
                        KEPT,
                        (tenant, id) -> Optional.ofNullable(
                                Map.of(LAYOUT.id(TENANT), LAYOUT).get(id))))
                .withMessage("3 values for 2 series");
    }

    @Test
    void noDamageDoesAnythingButBeRefused() {
        var random = new Random(5);
        var good = TestBatch.of(TENANT, AGENT)
                .moment(LAYOUT, NOW, 0.25, 1e300)
                .moment(LAYOUT, NOW.plusSeconds(15), 3, 4)
                .toMessage()
                .toByteArray();
        for (var round = 0; round < 3_000; round++) {
            var damaged = good.clone();
            for (var i = 0; i <= random.nextInt(3); i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }

            var failure = catchThrowable(() -> ReceivedBatch.read(
                    TestBatch.record(AGENT.toString(), TENANT, damaged), KEPT, (_, _) -> Optional.empty()));

            assertThat(failure).satisfiesAnyOf(none -> assertThat(none).isNull(), refused -> assertThat(refused)
                    .isInstanceOf(IllegalArgumentException.class));
        }
    }

    private interface Change {
        Object to(MetricsBatch.Builder batch);
    }

    private static ConsumerRecord<String, byte[]> changed(TestBatch good, Change change) {
        var batch = good.toMessage().toBuilder();
        change.to(batch);
        return TestBatch.record(AGENT.toString(), TENANT, batch.build().toByteArray());
    }

    private static void assertRefused(ConsumerRecord<String, byte[]> record) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReceivedBatch.read(record, KEPT, (_, _) -> Optional.empty()));
    }
}
