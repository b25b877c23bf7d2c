package io.wardroom.gateway.shortway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A connection to a service: one request at a time.
final class UpstreamConnection extends ChannelInboundHandlerAdapter {
    private final UpstreamPool pool;
    private final Channel channel;
    private @Nullable Passage passage;
    private boolean informational;
    private boolean keepAlive;
    /// Whether anything of an answer has arrived, be it half a line.
    boolean heard;
    long idleSince;

    UpstreamConnection(UpstreamPool pool, Channel channel) {
        this.pool = pool;
        this.channel = channel;
    }

    boolean isOpen() {
        return channel.isActive();
    }

    void send(Passage next) {
        passage = next;
        next.connection = this;
        heard = false;
        channel.writeAndFlush(next.request(pool.host()), channel.voidPromise());
    }

    /// Whether to take more of the answer now.
    void listen(boolean now) {
        channel.config().setAutoRead(now);
    }

    /// Gives the request up; the connection cannot be used again.
    void abandon() {
        passage = null;
        channel.close();
    }

    void close() {
        channel.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var current = passage;
        if (current == null) {
            // nobody asked
            ReferenceCountUtil.release(message);
            channel.close();
            return;
        }
        var decoded = ((HttpObject) message).decoderResult();
        if (decoded.isFailure()) {
            ReferenceCountUtil.release(message);
            fail(new IOException("the answer cannot be read", decoded.cause()));
            return;
        }
        if (message instanceof HttpResponse head) {
            informational = head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
            if (!informational) {
                keepAlive = HttpUtil.isKeepAlive(head);
                current.head(head);
            }
        }
        if (message instanceof HttpContent part) {
            if (informational) {
                part.release();
            } else {
                handOver(part, current);
            }
        }
    }

    private void handOver(HttpContent part, Passage current) {
        if (part instanceof LastHttpContent) {
            passage = null;
            current.connection = null;
            current.upstreamAnswered();
            // free before the answer goes out: the next request of the same client may want it
            if (keepAlive) {
                listen(true);
                pool.release(this);
            } else {
                channel.close();
            }
        }
        current.content(part);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (passage != null && heard) {
            passage.flush();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(new IOException("the service closed the connection"));
        pool.gone(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(cause);
    }

    private void fail(Throwable cause) {
        var current = passage;
        passage = null;
        channel.close();
        if (current != null) {
            current.connection = null;
            pool.failed(current, heard, cause);
        }
    }
}
