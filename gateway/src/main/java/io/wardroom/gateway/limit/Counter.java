package io.wardroom.gateway.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import io.github.bucket4j.distributed.proxy.optimization.DelayParameters;
import io.github.bucket4j.distributed.proxy.optimization.NopeOptimizationListener;
import io.github.bucket4j.distributed.proxy.optimization.Optimization;
import io.github.bucket4j.distributed.proxy.optimization.batch.BatchingOptimization;
import io.github.bucket4j.distributed.proxy.optimization.delay.DelayOptimization;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/// Counts the calls that one row of the table is about, by its key.
public final class Counter {
    private static final int MOST_KEYS = 200_000;
    /// Part of an agent's limit that a replica may hand out before it asks the others.
    private static final int SHARE = 20;

    private final String name;
    private final Limit limit;
    private final String prefix;
    private final BucketConfiguration configuration;
    private final Optimization optimization;
    private final Cache<Shared, AsyncBucketProxy> shared;
    private final Cache<String, Bucket> own;

    /// What keeps a count, and whose it is.
    private record Shared(AsyncProxyManager<String> counts, String key) {}

    Counter(String name, Limit limit) {
        this.name = name;
        this.limit = limit;
        this.prefix = limit.prefix(name);
        var bandwidth = Bandwidth.builder()
                .capacity(limit.limit())
                .refillIntervally(limit.limit(), limit.period())
                .build();
        this.configuration = BucketConfiguration.builder().addLimit(bandwidth).build();
        this.optimization = limit.per() == Per.AGENT
                ? new DelayOptimization(
                        new DelayParameters(Math.max(1, limit.limit() / SHARE), limit.period()),
                        NopeOptimizationListener.INSTANCE,
                        TimeMeter.SYSTEM_MILLISECONDS)
                // parallel calls of one client travel to Redis as one
                : new BatchingOptimization(NopeOptimizationListener.INSTANCE);
        var forgetAfter = limit.period().plus(Duration.ofMinutes(1));
        this.shared = Caffeine.newBuilder()
                .maximumSize(MOST_KEYS)
                .expireAfterAccess(forgetAfter)
                .build();
        this.own = Caffeine.newBuilder()
                .maximumSize(MOST_KEYS)
                .expireAfterAccess(forgetAfter)
                .build();
    }

    String name() {
        return name;
    }

    /// What the calls are called in the audit log.
    String action() {
        return name.replace('-', '_');
    }

    /// Whether the row is about something that is done, and not about whatever else is asked.
    public boolean isAboutDeeds() {
        return !limit.methods().isEmpty();
    }

    public Per per() {
        return limit.per();
    }

    CompletableFuture<ConsumptionProbe> takeShared(AsyncProxyManager<String> counts, String key) {
        return shared.get(new Shared(counts, key), _ -> counts.builder()
                        .withOptimization(optimization)
                        .build(prefix + key, () -> CompletableFuture.completedFuture(configuration)))
                .tryConsumeAndReturnRemaining(1);
    }

    Verdict takeOwn(String key) {
        var bucket = own.get(
                key,
                _ -> Bucket.builder().addLimit(configuration.getBandwidths()[0]).build());
        return verdict(bucket.tryConsumeAndReturnRemaining(1));
    }

    Verdict verdict(ConsumptionProbe probe) {
        return Verdict.of(limit, probe);
    }
}
