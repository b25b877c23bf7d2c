package io.wardroom.ingest.intake;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.wardroom.common.audit.Caller;
import io.wardroom.ingest.agent.KnownAgent;
import io.wardroom.ingest.agent.SignatureVerdict;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells of batches that were refused for their signature or taken without one, and never holds up their answer.
final class SignatureEvents {
    private static final Logger LOG = LoggerFactory.getLogger(SignatureEvents.class);
    private static final int AT_ONE_TIME = 256;

    private final Cache<Told, Boolean> told;
    private final Semaphore room = new Semaphore(AT_ONE_TIME);
    private final Handover handover;
    private final Records records;
    private final IntakeMetrics metrics;
    private final Executor apart;

    private record Told(UUID agent, SignatureVerdict verdict, Instant minute) {}

    SignatureEvents(int most, Handover handover, Records records, IntakeMetrics metrics, Executor apart) {
        told = Caffeine.newBuilder()
                .maximumSize(most)
                .expireAfterWrite(Duration.ofMinutes(2))
                .build();
        this.handover = handover;
        this.records = records;
        this.metrics = metrics;
        this.apart = apart;
    }

    void tell(KnownAgent agent, SignatureVerdict verdict, Caller caller, Instant now) {
        var once = new Told(agent.id(), verdict, now.truncatedTo(ChronoUnit.MINUTES));
        if (told.asMap().putIfAbsent(once, Boolean.TRUE) != null) {
            return;
        }
        if (!room.tryAcquire()) {
            told.invalidate(once);
            metrics.untoldSignature();
            return;
        }
        apart.execute(() -> send(agent, verdict, caller, now).whenComplete((_, fault) -> {
            room.release();
            if (fault != null) {
                // the next one of this minute tries again
                told.invalidate(once);
                metrics.untoldSignature();
                LOG.atWarn()
                        .addKeyValue("agent_id", agent.id())
                        .log("an event of a signature was not published: {}", fault.toString());
            }
        }));
    }

    private CompletableFuture<Void> send(KnownAgent agent, SignatureVerdict verdict, Caller caller, Instant now) {
        var refused = !verdict.accepted();
        var event =
                switch (verdict) {
                    case NOT_PINNED ->
                        event(
                                agent,
                                "unsigned_payload",
                                "medium",
                                refused,
                                "taken unchecked: no key is pinned",
                                caller,
                                now);
                    case MISSING ->
                        event(
                                agent,
                                "unsigned_payload",
                                "high",
                                refused,
                                "refused: a key is pinned, nothing was signed",
                                caller,
                                now);
                    case WRONG ->
                        event(
                                agent,
                                "signature_invalid",
                                "critical",
                                refused,
                                "refused: not the pinned key's signature",
                                caller,
                                now);
                    case VALID -> throw new IllegalArgumentException("nothing is wrong with a valid signature");
                };
        return handover.send(
                records.signal(agent, refused ? SignatureEvent.REFUSED : SignatureEvent.UNSIGNED, event, now));
    }

    private static SignatureEvent event(
            KnownAgent agent,
            String kind,
            String severity,
            boolean refused,
            String summary,
            Caller caller,
            Instant now) {
        return new SignatureEvent(
                agent.id(),
                kind,
                severity,
                refused ? "refused" : "accepted",
                summary,
                caller.sourceIp(),
                caller.userAgent(),
                caller.requestId(),
                now);
    }
}
