package io.wardroom.ingest.intake;

import com.google.protobuf.ByteString;
import io.wardroom.ingest.batch.KnownLayouts;
import io.wardroom.ingest.batch.MomentLayout;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.springframework.kafka.core.ProducerFactory;

/// Hands records over to Kafka and tells when all in-sync replicas have them. No thread waits for that.
final class Handover {
    private final ProducerFactory<String, byte[]> producers;
    private final Records records;
    private final KnownLayouts layouts;
    private final Executor apart;
    // several agents may bring the same new layout at once: it is told once
    private final ConcurrentMap<ByteString, CompletableFuture<Void>> introductions = new ConcurrentHashMap<>();

    /// @param apart where work goes on that must not hold up the producer's own thread
    Handover(ProducerFactory<String, byte[]> producers, Records records, KnownLayouts layouts, Executor apart) {
        this.producers = producers;
        this.records = records;
        this.layouts = layouts;
        this.apart = apart;
    }

    /// Hands over a batch. Its metrics come last, after everything else was acknowledged: who finds them knows that the
    /// batch is complete.
    ///
    /// @return completes exceptionally if a record was not acknowledged in time; some may lie on Kafka all the same
    CompletableFuture<Void> batch(Records.Origin origin) {
        var before = new ArrayList<CompletableFuture<Void>>(0);
        for (var moment : origin.batch().moments()) {
            if (moment.layout() instanceof MomentLayout.Unpublished layout) {
                before.add(introduce(origin, layout));
            }
        }
        if (!origin.batch().others().isEmpty()) {
            records.others(origin).forEach(record -> before.add(send(record)));
        }
        if (origin.batch().heartbeat() && origin.batch().moments().isEmpty()) {
            before.add(send(records.heartbeat(origin)));
        }
        if (before.isEmpty()) {
            return send(records.metrics(origin));
        }
        return CompletableFuture.allOf(before.toArray(CompletableFuture[]::new))
                .thenComposeAsync(_ -> send(records.metrics(origin)), apart);
    }

    private CompletableFuture<Void> introduce(Records.Origin origin, MomentLayout.Unpublished layout) {
        var own = new CompletableFuture<Void>();
        var first = introductions.putIfAbsent(layout.id(), own);
        if (first != null) {
            return first.thenRun(() -> layouts.learn(layout));
        }
        send(records.layout(origin.agent(), layout, origin.receivedAt())).whenComplete((_, fault) -> {
            if (fault == null) {
                layouts.learn(layout);
            }
            introductions.remove(layout.id(), own);
            if (fault == null) {
                own.complete(null);
            } else {
                own.completeExceptionally(fault);
            }
        });
        return own;
    }

    CompletableFuture<Void> send(ProducerRecord<String, byte[]> record) {
        var acknowledged = new CompletableFuture<Void>();
        try {
            producers.createProducer().send(record, (_, fault) -> {
                if (fault == null) {
                    acknowledged.complete(null);
                } else {
                    acknowledged.completeExceptionally(fault);
                }
            });
        } catch (KafkaException fault) {
            acknowledged.completeExceptionally(fault);
        }
        return acknowledged;
    }
}
