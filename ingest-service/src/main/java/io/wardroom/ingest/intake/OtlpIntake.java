package io.wardroom.ingest.intake;

import io.wardroom.ingest.batch.Rejection;
import io.wardroom.ingest.otlp.OtlpForm;
import io.wardroom.ingest.otlp.OtlpReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// Takes an OTLP request as a batch, and waits until it is stored.
final class OtlpIntake {
    private static final int REASONS = 5;

    private final Intake intake;
    private final OtlpReader reader;
    private final Semaphore places;
    private final Duration patience;
    private final Duration answerTime;

    /// @param concurrent how many requests are decoded at one time: a small body may become many objects
    OtlpIntake(Intake intake, OtlpReader reader, int concurrent, Duration patience, Duration answerTime) {
        this.intake = intake;
        this.reader = reader;
        this.places = new Semaphore(concurrent, true);
        this.patience = patience;
        this.answerTime = answerTime;
    }

    /// @param rejected points that were not taken, the same ones where the request came twice
    /// @param why      the first few reasons; empty where all points were taken
    record Taken(Outcome outcome, long rejected, String why) {}

    Taken take(Intake.Delivery delivery, OtlpForm form) {
        var rejected = new ArrayList<Rejection>();
        try {
            if (!places.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return refused("too many requests are under way");
            }
            CompletableFuture<Outcome> outcome;
            try {
                outcome = intake.take(delivery, (body, sent, allowance) -> {
                    var batch = reader.read(
                            form, body.bytes(), body.length(), sent.agent().tenant(), allowance, sent.receivedAt());
                    rejected.addAll(batch.rejected());
                    return batch;
                });
            } finally {
                places.release();
            }
            var end = outcome.get(answerTime.toMillis(), TimeUnit.MILLISECONDS);
            return new Taken(end, rejected.size(), why(rejected));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return refused("the service stops");
        } catch (TimeoutException late) {
            return refused("the request was not stored in time");
        } catch (ExecutionException bug) {
            throw new IllegalStateException("an outcome failed", bug);
        }
    }

    private static Taken refused(String detail) {
        return new Taken(Outcome.unavailable(detail), 0, "");
    }

    /// The first few reasons, each with how often it was met.
    private static String why(List<Rejection> rejected) {
        return rejected.stream()
                .collect(Collectors.groupingBy(
                        one -> one.code() + ": " + one.detail(), LinkedHashMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .limit(REASONS)
                .map(reason -> reason.getKey() + " (" + reason.getValue() + ")")
                .collect(Collectors.joining("; "));
    }
}
