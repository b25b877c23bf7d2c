package io.wardroom.gateway.ingest;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.resolver.AddressResolverGroup;
import io.wardroom.gateway.answer.Refusals;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the batches on one event loop share; touched by that loop alone, but for the two figures others may read.
final class IngestLoop {
    private static final Logger LOG = LoggerFactory.getLogger(IngestLoop.class);
    private static final long SWEEP_MILLIS = 250;

    private final ShortWay way;
    private final EventLoop loop;
    private final Bootstrap bootstrap;
    private final Map<URI, UpstreamPool> pools = new HashMap<>();
    private final Set<Batch> underWay = new LinkedHashSet<>();
    private long heldBytes;
    private volatile int count;

    IngestLoop(
            ShortWay way,
            EventLoop loop,
            Class<? extends Channel> kind,
            AddressResolverGroup<InetSocketAddress> resolver) {
        this.way = way;
        this.loop = loop;
        this.bootstrap = new Bootstrap().group(loop).channel(kind).resolver(resolver);
        var _ = loop.scheduleAtFixedRate(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    /// How many batches are under way; for any thread.
    int underWay() {
        return count;
    }

    /// @return whether there is room for one more
    boolean enter(Batch batch) {
        if (underWay.size() >= way.settings().inFlight()) {
            return false;
        }
        batch.counted = true;
        batch.deadline = batch.begun + way.bodyTimeout().toNanos();
        underWay.add(batch);
        count = underWay.size();
        return true;
    }

    void leave(Batch batch) {
        batch.over = true;
        heldBytes -= batch.heldBytes;
        batch.heldBytes = 0;
        batch.body.release();
        batch.body = Unpooled.EMPTY_BUFFER;
        if (batch.counted) {
            batch.counted = false;
            underWay.remove(batch);
            count = underWay.size();
        }
    }

    /// @return whether there is room for that much more
    boolean hold(Batch batch, int bytes) {
        if (heldBytes + bytes > way.settings().held().toBytes()) {
            return false;
        }
        heldBytes += bytes;
        batch.heldBytes += bytes;
        return true;
    }

    /// Sends a batch to the replica that its agent belongs to.
    void forward(Batch batch) {
        batch.deadline = System.nanoTime() + way.settings().responseTimeout().toNanos();
        poolOf(batch.addresses.get(batch.addressIndex)).send(batch);
    }

    /// An address could not be reached: the next one is tried, if there is one.
    void unreachable(Batch batch, Throwable cause) {
        if (batch.over) {
            batch.nothingSaidOfUpstream();
        } else if (batch.addressIndex + 1 < batch.addresses.size()) {
            batch.addressIndex++;
            poolOf(batch.addresses.get(batch.addressIndex)).send(batch);
        } else {
            failed(batch, cause);
        }
    }

    void failed(Batch batch, Throwable cause) {
        batch.upstreamFailed(cause);
        if (!batch.over) {
            LOG.atWarn().addKeyValue("request_id", batch.requestId).log("ingest-service is away: {}", cause.toString());
            batch.client.refuse(batch, Refusals.away("the service ingest"));
        }
    }

    FullHttpRequest requestOf(Batch batch, UpstreamPool pool) {
        var headers = batch.headers;
        headers.set(HttpHeaderNames.HOST, pool.host());
        headers.set(HttpHeaderNames.CONTENT_LENGTH, batch.body.readableBytes());
        return new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.POST,
                ShortWay.PATH,
                // kept until the answer is there: it may have to be sent once more
                batch.body.retainedDuplicate(),
                headers,
                EmptyHttpHeaders.INSTANCE);
    }

    int connections() {
        return pools.values().stream().mapToInt(UpstreamPool::connections).sum();
    }

    private UpstreamPool poolOf(URI address) {
        return pools.computeIfAbsent(
                address,
                uri -> new UpstreamPool(
                        this,
                        bootstrap,
                        uri,
                        way.connectTimeout(),
                        way.settings().connections()));
    }

    private void sweep() {
        var now = System.nanoTime();
        if (!underWay.isEmpty()) {
            for (var batch : new ArrayList<>(underWay)) {
                if (now - batch.deadline > 0) {
                    batch.client.late(batch);
                }
            }
        }
        var idleBefore = now - way.settings().idleTime().toNanos();
        pools.values().forEach(pool -> pool.closeIdle(idleBefore));
    }
}
