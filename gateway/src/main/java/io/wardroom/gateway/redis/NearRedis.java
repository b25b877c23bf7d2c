package io.wardroom.gateway.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.EventLoopGroupProvider;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/// Connections to Redis that live on the event loops of clients' connections, one each: to ask there and to be answered
/// there changes no thread, which costs more than the question.
@Component
public class NearRedis implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(NearRedis.class);
    private static final Duration LONGEST_GOODBYE = Duration.ofSeconds(2);

    /// What is asked in one turn of the loop travels together.
    private static final NettyCustomizer TOGETHER = new NettyCustomizer() {
        @Override
        public void afterChannelInitialized(Channel channel) {
            channel.pipeline()
                    .addFirst(new FlushConsolidationHandler(
                            FlushConsolidationHandler.DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES, true));
        }
    };

    private final RedisProperties redis;
    private final ClientResources resources = DefaultClientResources.create();
    private final Map<EventLoop, Near> connections = new ConcurrentHashMap<>();
    private volatile boolean running;

    public NearRedis(RedisProperties redis) {
        this.redis = redis;
    }

    /// The loop's own connection, or null where there is none yet.
    public @Nullable StatefulRedisConnection<String, byte[]> at(EventLoop loop) {
        return running ? connections.computeIfAbsent(loop, Near::new).connection : null;
    }

    private final class Near {
        private final EventLoop loop;
        private final RedisClient client;
        private volatile @Nullable StatefulRedisConnection<String, byte[]> connection;

        Near(EventLoop loop) {
            this.loop = loop;
            this.client = RedisClient.create(
                    resources
                            .mutate()
                            .eventLoopGroupProvider(new Only(loop))
                            .nettyCustomizer(TOGETHER)
                            .build(),
                    redis.uri());
            client.setOptions(redis.options());
            loop.execute(this::connect);
        }

        private void connect() {
            client.connectAsync(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE), redis.uri())
                    .whenComplete((made, failure) -> {
                        if (made != null) {
                            connection = made;
                        } else if (running) {
                            LOG.debug("no connection to Redis on an event loop: {}", failure.toString());
                            var _ = loop.schedule(this::connect, redis.retry().toMillis(), TimeUnit.MILLISECONDS);
                        }
                    });
        }
    }

    /// Lends the driver one event loop that belongs to the web server.
    private record Only(EventLoop loop) implements EventLoopGroupProvider {
        @Override
        @SuppressWarnings("unchecked")
        public <T extends EventLoopGroup> T allocate(Class<T> type) {
            // asked for by the name of the web server's own kind of group, of which a loop is the smallest
            return (T) loop;
        }

        @Override
        public int threadPoolSize() {
            return 1;
        }

        @Override
        public Future<Boolean> release(EventExecutorGroup group, long quietPeriod, long timeout, TimeUnit unit) {
            return ImmediateEventExecutor.INSTANCE.newSucceededFuture(true);
        }

        @Override
        public Future<Boolean> shutdown(long quietPeriod, long timeout, TimeUnit unit) {
            return ImmediateEventExecutor.INSTANCE.newSucceededFuture(true);
        }
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        connections.values().forEach(near -> near.client.shutdown(Duration.ZERO, LONGEST_GOODBYE));
        connections.clear();
        resources.shutdown(0, LONGEST_GOODBYE.toMillis(), TimeUnit.MILLISECONDS);
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
