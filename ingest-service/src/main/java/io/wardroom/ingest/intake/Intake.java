package io.wardroom.ingest.intake;

import io.wardroom.common.audit.Caller;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.ingest.agent.KnownAgent;
import io.wardroom.ingest.agent.SignatureVerdict;
import io.wardroom.ingest.batch.Allowance;
import io.wardroom.ingest.batch.BatchParser;
import io.wardroom.ingest.batch.BodyOpener;
import io.wardroom.ingest.batch.ContentCoding;
import io.wardroom.ingest.batch.MalformedBatch;
import io.wardroom.ingest.batch.ParsedBatch;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides what becomes of a batch: signature, form, whether it was taken before, and the hand-over.
final class Intake {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

    private final BodyOpener opener;
    private final BatchParser parser;
    private final Quotas quotas;
    private final RecentBatches recent;
    private final Handover handover;
    private final SignatureEvents signatures;
    private final IntakeMetrics metrics;
    private volatile Instant lastComplaint = Instant.EPOCH;

    Intake(
            BodyOpener opener,
            BatchParser parser,
            Quotas quotas,
            RecentBatches recent,
            Handover handover,
            SignatureEvents signatures,
            IntakeMetrics metrics) {
        this.opener = opener;
        this.parser = parser;
        this.quotas = quotas;
        this.recent = recent;
        this.handover = handover;
        this.signatures = signatures;
        this.metrics = metrics;
    }

    /// A request whose sender is known and whose body has arrived.
    ///
    /// @param body      the exact bytes as sent
    /// @param signature the signature header as it came, or null
    record Delivery(
            KnownAgent agent,
            byte[] body,
            ContentCoding coding,
            @Nullable String signature,
            Caller caller,
            InFlight.Lease lease,
            Instant receivedAt) {}

    /// How an opened body becomes a batch.
    @FunctionalInterface
    interface Form {
        ParsedBatch read(BodyOpener.Opened body, Delivery delivery, Allowance allowance) throws MalformedBatch;
    }

    /// @return never completes exceptionally
    CompletableFuture<Outcome> take(Delivery delivery) {
        return take(
                delivery,
                (body, sent, allowance) ->
                        parser.parse(body.bytes(), body.length(), sent.agent().tenant(), allowance, sent.receivedAt()));
    }

    /// As [#take(Delivery)], of a body in another form than our own.
    CompletableFuture<Outcome> take(Delivery delivery, Form form) {
        var started = System.nanoTime();
        var digest = sha256(delivery.body());
        var verdict = delivery.agent().judge(digest, delivery.signature());
        metrics.verified(System.nanoTime() - started);
        if (verdict != SignatureVerdict.VALID) {
            signatures.tell(delivery.agent(), verdict, delivery.caller(), delivery.receivedAt());
        }
        if (!verdict.accepted()) {
            return CompletableFuture.completedFuture(Outcome.refused(
                    CommonProblem.FORBIDDEN,
                    verdict == SignatureVerdict.MISSING
                            ? "a key is pinned for this agent, so its batches must be signed"
                            : "the signature is not that of the pinned key"));
        }
        ParsedBatch batch;
        try {
            var opened = opener.open(delivery.coding(), delivery.body());
            if (delivery.coding() != ContentCoding.IDENTITY && !delivery.lease().grow(opened.length())) {
                return CompletableFuture.completedFuture(Outcome.unavailable("too many batches are under way"));
            }
            metrics.received(delivery.body().length, opened.length());
            batch = form.read(opened, delivery, quotas.of(delivery.agent(), delivery.receivedAt()));
        } catch (MalformedBatch malformed) {
            return CompletableFuture.completedFuture(
                    malformed.tooLarge()
                            ? Outcome.refused(
                                    CommonProblem.PAYLOAD_TOO_LARGE, malformed.field() + " " + malformed.fault())
                            : Outcome.malformed(malformed.field(), malformed.fault()));
        }
        if (delivery.agent().refuses(batch.instanceId())) {
            return CompletableFuture.completedFuture(Outcome.refused(
                    IntakeProblem.CLONE_SUSPECTED,
                    "this start is taken for a copy of the agent: it must register as a machine of its own"));
        }
        return take(delivery, batch, idOf(batch, digest), verdict == SignatureVerdict.VALID, started);
    }

    private CompletableFuture<Outcome> take(
            Delivery delivery, ParsedBatch batch, UUID batchId, boolean signed, long started) {
        var key = new BatchKey(delivery.agent().id(), batchId);
        return switch (recent.turn(key)) {
            case RecentBatches.Turn.Taken _ -> CompletableFuture.completedFuture(new Outcome.Duplicate(batchId));
            case RecentBatches.Turn.Second(var outcome) ->
                outcome.thenApply(first -> first instanceof Outcome.Accepted ? new Outcome.Duplicate(batchId) : first);
            case RecentBatches.Turn.First(var outcome) -> {
                handOver(delivery, batch, batchId, signed, started, key, outcome);
                yield outcome;
            }
        };
    }

    private void handOver(
            Delivery delivery,
            ParsedBatch batch,
            UUID batchId,
            boolean signed,
            long started,
            BatchKey key,
            CompletableFuture<Outcome> outcome) {
        CompletableFuture<Void> handedOver;
        try {
            handedOver =
                    handover.batch(new Records.Origin(delivery.agent(), batchId, batch, delivery.receivedAt(), signed));
        } catch (RuntimeException bug) {
            // whoever waits for this batch must not wait for ever
            recent.end(key, outcome, Outcome.refused(CommonProblem.INTERNAL_ERROR, "something went wrong here"));
            throw bug;
        }
        handedOver.whenComplete((_, fault) -> {
            if (fault == null) {
                metrics.parsed(batch);
                quotas.count(delivery.agent(), batch, delivery.receivedAt());
                metrics.acknowledged(System.nanoTime() - started);
                recent.end(key, outcome, new Outcome.Accepted(batchId, batch.accepted(), batch.rejected()));
            } else {
                complain(fault);
                recent.end(key, outcome, Outcome.unavailable("the batch could not be stored now"));
            }
        });
    }

    /// Once in a while: while Kafka is away every batch fails alike, and the counters count them.
    private void complain(Throwable fault) {
        var now = Instant.now();
        if (Duration.between(lastComplaint, now).toSeconds() >= 5) {
            lastComplaint = now;
            LOG.warn("batches cannot be handed over to Kafka: {}", fault.toString());
        }
    }

    /// A batch without an id has one made of its bytes, so that sending it again is recognised, but only where it holds
    /// a time: without one, equal bytes are just as well the next batch.
    private static UUID idOf(ParsedBatch batch, byte[] digest) {
        if (batch.batchId() != null) {
            return batch.batchId();
        }
        if (!batch.dated()) {
            return UuidV7.next();
        }
        var longs = ByteBuffer.wrap(digest);
        // version 8, RFC 9562 section 5.8
        return new UUID(
                longs.getLong() & 0xFFFF_FFFF_FFFF_0FFFL | 0x8000L,
                longs.getLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L);
    }

    private static byte[] sha256(byte[] body) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(body);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
