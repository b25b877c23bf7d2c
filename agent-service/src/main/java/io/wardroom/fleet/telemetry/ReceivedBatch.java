package io.wardroom.fleet.telemetry;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.telemetry.SeriesLayout;
import io.wardroom.common.telemetry.proto.MetricsBatch;
import io.wardroom.common.telemetry.proto.Moment;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.agent.Sighting;
import io.wardroom.fleet.telemetry.hour.PackedValues;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/// A batch as it came from the topic, checked and cut into hours.
///
/// @param hours   what it brought, a part an hour
/// @param refused how many of its moments lie outside the time that is kept
record ReceivedBatch(
        TenantId tenant,
        UUID agent,
        UUID id,
        @Nullable String instance,
        @Nullable String agentVersion,
        Instant receivedAt,
        List<HourPart> hours,
        int refused) {
    /// The moments of one hour.
    ///
    /// @param at      the earliest of them, epoch milliseconds
    /// @param moments the Protobuf message `MetricsBatch` with these moments alone
    /// @param points  how many values they hold
    /// @param bytes   how many bytes these take, packed
    record HourPart(long at, byte[] moments, int points, int bytes) {}

    /// @param oldest the earliest moment that is kept, epoch milliseconds
    /// @param newest the first that is not kept any more
    record Window(long oldest, long newest) {
        boolean holds(long moment) {
            return moment >= oldest && moment < newest;
        }
    }

    /// Reads a record and holds it against those of its layouts that are remembered; the others are met when its hour
    /// is closed.
    ///
    /// @throws IllegalArgumentException if it is no batch: it will not become one by another try
    static ReceivedBatch read(
            ConsumerRecord<String, byte[]> record,
            Window kept,
            BiFunction<TenantId, ByteString, Optional<SeriesLayout>> remembered) {
        if (record.key() == null || record.value() == null) {
            throw new IllegalArgumentException("a batch has a key and a value");
        }
        var agent = UUID.fromString(record.key());
        var tenant = EventHeaders.tenantOf(record.headers());
        MetricsBatch batch;
        try {
            batch = MetricsBatch.parseFrom(record.value());
        } catch (InvalidProtocolBufferException malformed) {
            throw new IllegalArgumentException("not a Protobuf MetricsBatch", malformed);
        }
        var hours = new TreeMap<Long, List<Moment>>();
        var refused = 0;
        for (var moment : batch.getMomentsList()) {
            check(moment, remembered.apply(tenant, moment.getLayoutId()));
            if (kept.holds(moment.getCapturedAtMs())) {
                hours.computeIfAbsent(Hours.startOf(moment.getCapturedAtMs()), _ -> new ArrayList<>())
                        .add(moment);
            } else {
                refused++;
            }
        }
        return new ReceivedBatch(
                tenant,
                agent,
                uuid(batch.getBatchId()),
                batch.getInstanceId().isEmpty() ? null : batch.getInstanceId(),
                batch.getAgentVersion().isEmpty() ? null : batch.getAgentVersion(),
                Instant.ofEpochMilli(batch.getReceivedAtMs()),
                hours.values().stream().map(ReceivedBatch::part).toList(),
                refused);
    }

    Sighting sighting() {
        return new Sighting(tenant, agent, instance, agentVersion, receivedAt);
    }

    private static HourPart part(List<Moment> moments) {
        var at = Long.MAX_VALUE;
        var points = 0;
        var bytes = 0;
        for (var moment : moments) {
            at = Math.min(at, moment.getCapturedAtMs());
            points += PackedValues.count(moment.getValues());
            bytes += moment.getValues().size();
        }
        return new HourPart(
                at, MetricsBatch.newBuilder().addAllMoments(moments).build().toByteArray(), points, bytes);
    }

    private static void check(Moment moment, Optional<SeriesLayout> layout) {
        if (moment.getLayoutId().size() != SeriesLayout.ID_BYTES) {
            throw new IllegalArgumentException(
                    "a layout's id has %d bytes".formatted(moment.getLayoutId().size()));
        }
        var values = PackedValues.countFinite(moment.getValues());
        if (layout.isPresent() && layout.get().series().size() != values) {
            throw new IllegalArgumentException("%d values for %d series"
                    .formatted(values, layout.get().series().size()));
        }
    }

    private static UUID uuid(ByteString bytes) {
        if (bytes.size() != 16) {
            throw new IllegalArgumentException("a batch's id has %d bytes".formatted(bytes.size()));
        }
        var buffer = ByteBuffer.wrap(bytes.toByteArray());
        return new UUID(buffer.getLong(), buffer.getLong());
    }
}
