package io.wardroom.gateway.shortway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.SmartLifecycle;
import reactor.netty.NettyPipeline;
import reactor.netty.http.HttpResources;

/// Takes one kind of request off the wire ahead of the general route, which costs several times as much a request. The
/// same checks, errors, headers and limits hold on both.
abstract class ShortWay implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory>, SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(ShortWay.class);
    private static final Duration DRAIN_LOOK = Duration.ofMillis(20);

    private final String name;
    private final boolean taken;
    private final UpstreamLoop.Bounds bounds;
    private final Duration drainTimeout;
    private final Map<EventLoop, UpstreamLoop> loops = new ConcurrentHashMap<>();
    private volatile boolean running;
    private volatile boolean draining;

    /// @param name  in the pipeline of a connection
    /// @param taken whether anything goes this way at all
    ShortWay(String name, boolean taken, UpstreamLoop.Bounds bounds, Duration drainTimeout) {
        this.name = name;
        this.taken = taken;
        this.bounds = bounds;
        this.drainTimeout = drainTimeout;
    }

    /// One connection's part.
    abstract ChannelHandler handler();

    @Override
    public void customize(NettyReactiveWebServerFactory factory) {
        if (taken) {
            factory.addServerCustomizers(server -> server.doOnChannelInit((_, channel, _) ->
                    channel.pipeline().addBefore(NettyPipeline.HttpTrafficHandler, name, handler())));
        }
    }

    boolean isDraining() {
        return draining;
    }

    UpstreamLoop loopOf(Channel channel) {
        return loops.computeIfAbsent(
                channel.eventLoop(), loop -> new UpstreamLoop(bounds, loop, channel.getClass(), resolverFor(channel)));
    }

    /// Looks names up without holding the event loop up.
    private static AddressResolverGroup<InetSocketAddress> resolverFor(Channel channel) {
        return new DnsAddressResolverGroup(new DnsNameResolverBuilder()
                .datagramChannelType(HttpResources.get().onChannelClass(DatagramChannel.class, channel.eventLoop())));
    }

    int underWay() {
        return loops.values().stream().mapToInt(UpstreamLoop::underWay).sum();
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    /// Waits for the requests under way; those that come now are sent elsewhere.
    @Override
    public void stop(Runnable done) {
        draining = true;
        running = false;
        var giveUpAt = System.nanoTime() + drainTimeout.toNanos();
        if (loops.isEmpty()) {
            done.run();
            return;
        }
        look(giveUpAt, done);
    }

    private void look(long giveUpAt, Runnable done) {
        var left = underWay();
        if (left == 0 || System.nanoTime() - giveUpAt > 0) {
            if (left > 0) {
                LOG.warn("{} requests of {} are still under way at the end of the wait", left, name);
            }
            done.run();
            return;
        }
        CompletableFuture.delayedExecutor(DRAIN_LOOK.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> look(giveUpAt, done));
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /// Stops ahead of the web server, which would cut connections that it believes to be idle.
    @Override
    public int getPhase() {
        return DEFAULT_PHASE - 512;
    }
}
