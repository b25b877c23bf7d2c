package io.wardroom.gateway.shortway;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpClientCodec;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// The connections of one event loop to one address of a service; the last one used is the next one used.
final class UpstreamPool {
    private static final int LONGEST_LINE = 4096;
    private static final int LARGEST_HEADERS = 16 * 1024;
    private static final int LARGEST_CHUNK = 64 * 1024;

    private final UpstreamLoop loop;
    private final Bootstrap bootstrap;
    private final InetSocketAddress address;
    private final String host;
    private final int mostConnections;
    private final ArrayDeque<UpstreamConnection> idle = new ArrayDeque<>();
    /// Bounded by the number of requests that may be under way.
    private final ArrayDeque<Passage> waiting = new ArrayDeque<>();

    private int connections;

    UpstreamPool(UpstreamLoop loop, Bootstrap bootstrap, URI uri, Duration connectTimeout, int mostConnections) {
        this.loop = loop;
        this.host = uri.getRawAuthority();
        this.address = InetSocketAddress.createUnresolved(uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort());
        this.mostConnections = mostConnections;
        this.bootstrap = bootstrap
                .clone()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) connectTimeout.toMillis())
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        var connection = new UpstreamConnection(UpstreamPool.this, channel);
                        channel.pipeline()
                                .addLast(new Listener(connection))
                                .addLast(new HttpClientCodec(LONGEST_LINE, LARGEST_HEADERS, LARGEST_CHUNK))
                                .addLast(connection);
                    }
                });
    }

    /// The `Host` of requests.
    String host() {
        return host;
    }

    int connections() {
        return connections;
    }

    /// Sends a request over a free connection, over a new one, or as soon as one is free.
    void send(Passage passage) {
        UpstreamConnection free;
        while ((free = idle.pollLast()) != null) {
            if (free.isOpen()) {
                free.send(passage);
                return;
            }
        }
        if (connections >= mostConnections) {
            waiting.add(passage);
        } else {
            sendOverNew(passage);
        }
    }

    /// Sends a request over a connection that nothing has happened to yet.
    void sendOverNew(Passage passage) {
        connections++;
        bootstrap.connect(address).addListener(connecting -> {
            if (!connecting.isSuccess()) {
                connections--;
                loop.unreachable(passage, connecting.cause());
                serveWaiting();
                return;
            }
            var connection = ((io.netty.channel.ChannelFuture) connecting)
                    .channel()
                    .pipeline()
                    .get(UpstreamConnection.class);
            if (passage.over) {
                release(connection);
            } else {
                connection.send(passage);
            }
        });
    }

    void release(UpstreamConnection connection) {
        var next = nextWaiting();
        if (next != null) {
            connection.send(next);
            return;
        }
        connection.idleSince = System.nanoTime();
        idle.addLast(connection);
    }

    void gone(UpstreamConnection connection) {
        connections--;
        idle.remove(connection);
        serveWaiting();
    }

    /// A connection broke while a request was on it.
    void failed(Passage passage, boolean heard, Throwable cause) {
        if (!passage.over && !heard && !passage.triedAgain) {
            // what takes a short way may be asked twice, and not a byte was answered
            passage.triedAgain = true;
            sendOverNew(passage);
        } else {
            loop.failed(passage, cause);
        }
    }

    void closeIdle(long before) {
        UpstreamConnection oldest;
        while ((oldest = idle.peekFirst()) != null && oldest.idleSince - before < 0) {
            idle.pollFirst();
            oldest.close();
        }
    }

    private void serveWaiting() {
        if (connections < mostConnections) {
            var next = nextWaiting();
            if (next != null) {
                sendOverNew(next);
            }
        }
    }

    private @Nullable Passage nextWaiting() {
        Passage next;
        while ((next = waiting.pollFirst()) != null) {
            if (!next.over) {
                return next;
            }
        }
        return null;
    }

    /// Notes that something of an answer has arrived, ahead of the codec, which wants a whole line.
    private static final class Listener extends ChannelInboundHandlerAdapter {
        private final UpstreamConnection connection;

        Listener(UpstreamConnection connection) {
            this.connection = connection;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            connection.heard = true;
            context.fireChannelRead(message);
        }
    }
}
