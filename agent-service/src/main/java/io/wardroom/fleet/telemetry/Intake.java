package io.wardroom.fleet.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.wardroom.common.telemetry.SeriesLayout;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/// What happens to telemetry between the topic and the tables, and how long it took.
@Service
class Intake {
    private final Batches batches;
    private final Layouts layouts;
    private final Partitions partitions;
    private final TransactionOperations transactions;
    private final TelemetryProperties properties;
    private final Clock clock;
    private final Timer freshness;
    private final Counter stored;
    private final Counter duplicates;
    private final Counter unknown;

    Intake(
            Batches batches,
            Layouts layouts,
            Partitions partitions,
            TransactionOperations transactions,
            TelemetryProperties properties,
            Clock clock,
            MeterRegistry meters) {
        this.batches = batches;
        this.layouts = layouts;
        this.partitions = partitions;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
        this.freshness = Timer.builder("wardroom.telemetry.freshness")
                .description("from the receipt of a batch until it can be queried")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofSeconds(30))
                .register(meters);
        this.stored = meters.counter("wardroom.telemetry.batches", "outcome", "stored");
        this.duplicates = meters.counter("wardroom.telemetry.batches", "outcome", "duplicate");
        this.unknown = meters.counter("wardroom.telemetry.batches", "outcome", "unknown_agent");
    }

    /// Reads a record.
    ///
    /// @throws IllegalArgumentException if it can never be stored
    ReceivedBatch read(ConsumerRecord<String, byte[]> record) {
        var now = clock.millis();
        var kept = new ReceivedBatch.Window(
                now - properties.maxAge().toMillis(),
                now + properties.maxAhead().toMillis());
        return ReceivedBatch.read(record, kept, layouts::remembered);
    }

    /// Stores all of them or none.
    void store(Collection<ReceivedBatch> received) {
        if (received.isEmpty()) {
            return;
        }
        received.stream()
                .flatMap(batch -> batch.hours().stream())
                .map(part -> Hours.dayOf(part.at()))
                .distinct()
                .forEach(partitions::cover);
        var outcome = TenantScope.everyTenant(() -> batches.store(received));
        stored.increment(outcome.stored());
        duplicates.increment(outcome.duplicates());
        unknown.increment(outcome.ofUnknownAgents());
        var now = clock.instant();
        received.forEach(batch -> freshness.record(Duration.between(batch.receivedAt(), now)));
    }

    void store(Map<TenantId, List<SeriesLayout>> received) {
        if (received.isEmpty()) {
            return;
        }
        TenantScope.everyTenant(() -> transactions.executeWithoutResult(_ -> received.forEach(layouts::store)));
    }
}
