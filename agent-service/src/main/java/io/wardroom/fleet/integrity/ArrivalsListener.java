package io.wardroom.fleet.integrity;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.wardroom.common.event.EventHeaders;
import io.wardroom.common.event.Topics;
import io.wardroom.common.telemetry.SeriesLayout;
import io.wardroom.common.telemetry.proto.MetricsBatch;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.integrity.Arrival.CpuPoint;
import io.wardroom.fleet.telemetry.Layouts;
import io.wardroom.fleet.telemetry.Outage;
import io.wardroom.fleet.telemetry.TelemetryKafka;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/// Reads along with the batches, in a group of its own: what it does costs those who store them nothing. What cannot be
/// read is put aside by them, and passed over here.
@Component
class ArrivalsListener {
    private static final Logger LOG = LoggerFactory.getLogger(ArrivalsListener.class);

    /// Far beyond what anybody counts to, and far below where a range of numbers ends.
    private static final long GREATEST_SEQ = 1L << 60;

    private static final int MOST_MOMENTS = 240;

    private final Arrivals arrivals;
    private final Layouts layouts;
    private final CpuSeries cpu;
    private final TransactionTemplate transaction;
    private final Counter failed;

    ArrivalsListener(
            Arrivals arrivals, Layouts layouts, CpuSeries cpu, TransactionTemplate transaction, MeterRegistry meters) {
        this.arrivals = arrivals;
        this.layouts = layouts;
        this.cpu = cpu;
        this.transaction = transaction;
        this.failed = meters.counter("wardroom.integrity.failed");
    }

    private record Read(TenantId tenant, UUID agent, MetricsBatch batch) {}

    @KafkaListener(
            topics = Topics.TELEMETRY_METRICS,
            groupId = "${spring.kafka.consumer.group-id}-integrity",
            containerFactory = TelemetryKafka.FOLLOWERS,
            // nobody waits for it: what comes within some seconds comes together, and costs a start's row once
            properties = {
                "fetch.min.bytes=4000000",
                "fetch.max.wait.ms=${wardroom.agent.integrity.gather-ms:5000}",
                "max.poll.records=8000"
            })
    void on(List<ConsumerRecord<String, byte[]>> records) {
        var batches = new ArrayList<Read>(records.size());
        for (var record : records) {
            try {
                if (record.key() != null && record.value() != null) {
                    batches.add(new Read(
                            EventHeaders.tenantOf(record.headers()),
                            UUID.fromString(record.key()),
                            MetricsBatch.parseFrom(record.value())));
                }
            } catch (IllegalArgumentException | InvalidProtocolBufferException unreadable) {
                failed.increment();
            }
        }
        var known = layoutsOf(batches);
        take(batches.stream()
                .map(read -> arrival(read, known.getOrDefault(read.tenant(), Map.of())))
                .toList());
    }

    private void take(List<Arrival> all) {
        try {
            arrivals.take(all);
        } catch (RuntimeException failure) {
            if (Outage.isBehind(failure)) {
                throw failure;
            }
            all.forEach(this::takeAlone);
        }
    }

    private void takeAlone(Arrival arrival) {
        try {
            arrivals.take(List.of(arrival));
        } catch (RuntimeException failure) {
            if (Outage.isBehind(failure)) {
                throw failure;
            }
            failed.increment();
            LOG.atError()
                    .addKeyValue("agent", arrival.agent())
                    .setCause(failure)
                    .log("a batch leaves no trace");
        }
    }

    private Map<TenantId, Map<ByteString, SeriesLayout>> layoutsOf(List<Read> batches) {
        var wanted = new HashMap<TenantId, Set<ByteString>>();
        for (var read : batches) {
            read.batch().getMomentsList().forEach(moment -> wanted.computeIfAbsent(read.tenant(), _ -> new HashSet<>())
                    .add(moment.getLayoutId()));
        }
        var found = new HashMap<TenantId, Map<ByteString, SeriesLayout>>();
        wanted.forEach((tenant, ids) -> TenantScope.within(tenant, () -> {
            var ofTenant = transaction.execute(_ -> layouts.find(tenant, ids));
            found.put(tenant, ofTenant == null ? Map.of() : ofTenant);
            return true;
        }));
        return found;
    }

    private Arrival arrival(Read read, Map<ByteString, SeriesLayout> known) {
        var batch = read.batch();
        var moments = batch.getMomentsList();
        var newest = moments.subList(Math.max(0, moments.size() - MOST_MOMENTS), moments.size());
        var captured = newest.stream()
                .map(moment -> moment.getCapturedAtMs())
                .distinct()
                .sorted()
                .toList();
        var points = new ArrayList<CpuPoint>();
        for (var moment : newest) {
            var layout = known.get(moment.getLayoutId());
            if (layout != null) {
                cpu.busy(layout, moment.getLayoutId(), moment.getValues())
                        .ifPresent(busy -> points.add(new CpuPoint(moment.getCapturedAtMs(), busy)));
            }
        }
        var sentAt = batch.getSentAtMs() != 0 || captured.isEmpty() ? batch.getSentAtMs() : captured.getLast();
        return new Arrival(
                read.tenant(),
                read.agent(),
                batch.getInstanceId(),
                batch.getSeq() > 0 && batch.getSeq() <= GREATEST_SEQ ? batch.getSeq() : 0,
                sentAt,
                batch.getReceivedAtMs(),
                batch.getAgentVersion().isEmpty() ? null : batch.getAgentVersion(),
                captured,
                points);
    }
}
