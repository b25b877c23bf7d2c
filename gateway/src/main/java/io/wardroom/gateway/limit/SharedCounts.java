package io.wardroom.gateway.limit;

import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoop;
import io.wardroom.gateway.redis.NearRedis;
import io.wardroom.gateway.redis.RedisProperties;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/// The counts in Redis that all replicas share, as long as Redis answers.
@Component
class SharedCounts implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(SharedCounts.class);
    private static final Duration KEEP_FULL_COUNTS = Duration.ofSeconds(10);

    private final RedisProperties redis;
    private final NearRedis near;
    private final Map<StatefulRedisConnection<String, byte[]>, AsyncProxyManager<String>> onLoops =
            new ConcurrentHashMap<>();
    private final AtomicBoolean answering = new AtomicBoolean(true);
    private final AtomicLong tryAgainAt = new AtomicLong();
    private @Nullable RedisClient client;
    private volatile @Nullable AsyncProxyManager<String> manager;
    private volatile boolean running;

    SharedCounts(RedisProperties redis, NearRedis near, MeterRegistry meters) {
        this.redis = redis;
        this.near = near;
        meters.gauge("wardroom.gateway.limits.local", this, counts -> counts.answering.get() ? 0 : 1);
    }

    /// What keeps the counts, or null while Redis is away and it is not yet time to ask it again.
    @Nullable
    AsyncProxyManager<String> usable() {
        var current = manager;
        if (current == null || answering.get()) {
            return current;
        }
        var now = System.nanoTime();
        var at = tryAgainAt.get();
        // one caller at a time finds out whether it is back
        return now - at >= 0 && tryAgainAt.compareAndSet(at, now + redis.retry().toNanos()) ? current : null;
    }

    /// The same, for a caller on an event loop: asked from there where that is possible.
    @Nullable
    AsyncProxyManager<String> usableOn(EventLoop loop) {
        var shared = usable();
        var connection = shared == null ? null : near.at(loop);
        return connection == null ? shared : onLoops.computeIfAbsent(connection, SharedCounts::over);
    }

    void answered() {
        if (!answering.get() && answering.compareAndSet(false, true)) {
            LOG.info("Redis is back: limits are counted across replicas again");
        }
    }

    void failed(Throwable cause) {
        tryAgainAt.set(System.nanoTime() + redis.retry().toNanos());
        if (answering.compareAndSet(true, false)) {
            LOG.warn("Redis is away, this replica counts limits alone: {}", cause.toString());
        }
    }

    @Override
    public void start() {
        running = true;
        var uri = redis.uri();
        var fresh = RedisClient.create(uri);
        fresh.setOptions(redis.options());
        client = fresh;
        connect(fresh, uri);
    }

    private void connect(RedisClient client, RedisURI uri) {
        client.connectAsync(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE), uri)
                .whenComplete((connection, failure) -> {
                    if (connection != null) {
                        manager = over(connection);
                        answered();
                    } else if (running) {
                        failed(failure);
                        var _ = client.getResources()
                                .eventExecutorGroup()
                                .schedule(
                                        () -> connect(client, uri),
                                        redis.retry().toMillis(),
                                        TimeUnit.MILLISECONDS);
                    }
                });
    }

    /// Each command ends in time by itself.
    private static AsyncProxyManager<String> over(StatefulRedisConnection<String, byte[]> connection) {
        return Bucket4jLettuce.casBasedBuilder(connection)
                .expirationAfterWrite(
                        ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(KEEP_FULL_COUNTS))
                .build()
                .asAsync();
    }

    @Override
    public void stop() {
        running = false;
        if (client != null) {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /// Ahead of the web server, and gone after it.
    @Override
    public int getPhase() {
        return 0;
    }
}
