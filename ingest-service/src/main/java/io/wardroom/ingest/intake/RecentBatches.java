package io.wardroom.ingest.intake;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/// The batches that are under way or were taken lately, so that one sent twice is taken once. What has fallen out is
/// still recognised where it is stored.
final class RecentBatches {
    private final Cache<BatchKey, Boolean> taken;
    // as many as there are requests under way, which their bytes in flight bound
    private final ConcurrentMap<BatchKey, CompletableFuture<Outcome>> underWay = new ConcurrentHashMap<>();

    RecentBatches(int most, Duration memory) {
        taken = Caffeine.newBuilder()
                .maximumSize(most)
                .expireAfterWrite(memory)
                // its upkeep is cheaper than handing it to another thread
                .executor(Runnable::run)
                .build();
    }

    /// What one who brings a batch has to do with it.
    sealed interface Turn {
        /// Take it, and complete the outcome.
        record First(CompletableFuture<Outcome> outcome) implements Turn {}

        /// Another request is taking it: its outcome is this one's too.
        record Second(CompletableFuture<Outcome> outcome) implements Turn {}

        record Taken() implements Turn {}
    }

    Turn turn(BatchKey key) {
        var own = new CompletableFuture<Outcome>();
        var answer = underWay.compute(key, (_, other) -> other != null ? other : isTaken(key) ? null : own);
        if (answer == null) {
            return new Turn.Taken();
        }
        return answer == own ? new Turn.First(own) : new Turn.Second(answer);
    }

    private boolean isTaken(BatchKey key) {
        @Nullable Boolean known = taken.getIfPresent(key);
        return known != null;
    }

    /// Ends what [Turn.First] began.
    void end(BatchKey key, CompletableFuture<Outcome> own, Outcome outcome) {
        if (outcome instanceof Outcome.Accepted) {
            // first taken, then no more under way: there is no moment at which it is neither
            taken.put(key, Boolean.TRUE);
        }
        underWay.remove(key, own);
        own.complete(outcome);
    }

    /// It was taken before this replica started.
    void remember(BatchKey key) {
        taken.put(key, Boolean.TRUE);
    }

    long size() {
        return taken.estimatedSize();
    }
}
