package io.wardroom.gateway.shortway;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.resolver.AddressResolverGroup;
import io.wardroom.common.web.RequestId;
import io.wardroom.gateway.answer.Refusals;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the requests of one short way share on one event loop; touched by that loop alone, but for the figure that
/// others may read.
final class UpstreamLoop {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamLoop.class);
    private static final long SWEEP_MILLIS = 250;

    /// @param inFlight        most requests under way
    /// @param held            most bytes of bodies held
    /// @param connections     most connections to one address
    /// @param idleTime        how long an unused connection is kept
    /// @param connectTimeout  longest time to reach a service
    /// @param responseTimeout longest time until a service goes on answering
    record Bounds(
            int inFlight,
            long held,
            int connections,
            Duration idleTime,
            Duration connectTimeout,
            Duration responseTimeout) {}

    private final Bounds bounds;
    private final Bootstrap bootstrap;
    private final Map<URI, UpstreamPool> pools = new HashMap<>();
    private final Set<Passage> underWay = new LinkedHashSet<>();
    private long heldBytes;
    private volatile int count;

    UpstreamLoop(
            Bounds bounds,
            EventLoop loop,
            Class<? extends Channel> kind,
            AddressResolverGroup<InetSocketAddress> resolver) {
        this.bounds = bounds;
        this.bootstrap = new Bootstrap().group(loop).channel(kind).resolver(resolver);
        var _ = loop.scheduleAtFixedRate(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    /// How many requests are under way; for any thread.
    int underWay() {
        return count;
    }

    /// @param within the longest time until its next step
    /// @return whether there is room for one more
    boolean enter(Passage passage, Duration within) {
        if (underWay.size() >= bounds.inFlight()) {
            return false;
        }
        passage.counted = true;
        passage.deadline = passage.begun + within.toNanos();
        underWay.add(passage);
        count = underWay.size();
        return true;
    }

    void leave(Passage passage) {
        passage.over = true;
        passage.release();
        if (passage.counted) {
            passage.counted = false;
            underWay.remove(passage);
            count = underWay.size();
        }
    }

    /// @return whether there is room for that much more
    boolean hold(int bytes) {
        if (heldBytes + bytes > bounds.held()) {
            return false;
        }
        heldBytes += bytes;
        return true;
    }

    void letGo(int bytes) {
        heldBytes -= bytes;
    }

    /// Sends a request to its preferred replica.
    void forward(Passage passage) {
        heardOf(passage);
        poolOf(passage.addresses.get(passage.addressIndex)).send(passage);
    }

    /// The service has all its time again.
    void heardOf(Passage passage) {
        passage.deadline = System.nanoTime() + bounds.responseTimeout().toNanos();
    }

    /// An address could not be reached: the next one is tried, if there is one.
    void unreachable(Passage passage, Throwable cause) {
        if (passage.over) {
            passage.nothingSaidOfUpstream();
        } else if (passage.addressIndex + 1 < passage.addresses.size()) {
            passage.addressIndex++;
            poolOf(passage.addresses.get(passage.addressIndex)).send(passage);
        } else {
            failed(passage, cause);
        }
    }

    void failed(Passage passage, Throwable cause) {
        passage.upstreamFailed(cause);
        if (!passage.over) {
            var service = "the service " + passage.service.spelled();
            LOG.atWarn()
                    .addKeyValue(RequestId.LOGGED, passage.requestId)
                    .log("{} is away: {}", service, cause.toString());
            passage.refuse(Refusals.away(service));
        }
    }

    private UpstreamPool poolOf(URI address) {
        return pools.computeIfAbsent(
                address, uri -> new UpstreamPool(this, bootstrap, uri, bounds.connectTimeout(), bounds.connections()));
    }

    private void sweep() {
        var now = System.nanoTime();
        if (!underWay.isEmpty()) {
            for (var passage : new ArrayList<>(underWay)) {
                if (now - passage.deadline > 0) {
                    passage.late();
                }
            }
        }
        var idleBefore = now - bounds.idleTime().toNanos();
        pools.values().forEach(pool -> pool.closeIdle(idleBefore));
    }
}
