package io.wardroom.ingest.intake;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.wardroom.ingest.batch.KnownLayouts;
import io.wardroom.ingest.batch.ParsedBatch;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// What the intake counts. The hot route is not observed otherwise: an observation costs as much as the rest of it.
final class IntakeMetrics {
    private final MeterRegistry meters;
    private final Map<String, Counter> batches = new ConcurrentHashMap<>();
    private final Map<String, Counter> rejected = new ConcurrentHashMap<>();
    private final Counter items;
    private final Counter samples;
    private final Counter unknownFields;
    private final Counter bytes;
    private final Counter openedBytes;
    private final Counter untold;
    private final Timer verified;
    private final Timer acknowledged;

    IntakeMetrics(MeterRegistry meters) {
        this.meters = meters;
        items = counter("wardroom.ingest.items", "items taken");
        samples = counter("wardroom.ingest.samples", "measured values taken");
        unknownFields =
                counter("wardroom.ingest.unknown.fields", "fields that were ignored because they are not known");
        bytes = counter("wardroom.ingest.bytes", "bytes of bodies as sent");
        openedBytes = counter("wardroom.ingest.opened.bytes", "bytes of bodies after decompression");
        untold = counter("wardroom.ingest.untold.signatures", "events of signatures that could not be published");
        verified = Timer.builder("wardroom.ingest.verify")
                .description("time to hash a body and verify its signature")
                .register(meters);
        acknowledged = Timer.builder("wardroom.ingest.handover")
                .description("time from receipt until all in-sync replicas have a batch")
                .register(meters);
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(meters);
    }

    void watch(InFlight inFlight, RecentBatches recent, KnownLayouts layouts) {
        Gauge.builder("wardroom.ingest.in.flight.bytes", inFlight, InFlight::bytes)
                .description("bytes of bodies under way")
                .register(meters);
        Gauge.builder("wardroom.ingest.remembered", recent, RecentBatches::size)
                .description("batches whose repetition is recognised")
                .register(meters);
        Gauge.builder("wardroom.ingest.layouts", layouts, KnownLayouts::size)
                .description("series layouts known")
                .register(meters);
    }

    /// @param outcome `accepted`, `duplicate`, or the code of the refusal in lower case
    void batch(String outcome) {
        batches.computeIfAbsent(outcome, name -> Counter.builder("wardroom.ingest.batches")
                        .description("batches by how they ended")
                        .tag("outcome", name)
                        .register(meters))
                .increment();
    }

    void received(int sent, int opened) {
        bytes.increment(sent);
        openedBytes.increment(opened);
    }

    void parsed(ParsedBatch batch) {
        items.increment(batch.accepted());
        samples.increment(batch.samples());
        if (batch.unknown() > 0) {
            unknownFields.increment(batch.unknown());
        }
        for (var one : batch.rejected()) {
            rejected.computeIfAbsent(one.code(), code -> Counter.builder("wardroom.ingest.rejected.items")
                            .description("items refused, by code")
                            .tag("code", code)
                            .register(meters))
                    .increment();
        }
    }

    void verified(long nanos) {
        verified.record(nanos, TimeUnit.NANOSECONDS);
    }

    void acknowledged(long nanos) {
        acknowledged.record(nanos, TimeUnit.NANOSECONDS);
    }

    void untoldSignature() {
        untold.increment();
    }
}
