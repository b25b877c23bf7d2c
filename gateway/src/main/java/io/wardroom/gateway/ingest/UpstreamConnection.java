package io.wardroom.gateway.ingest;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A connection to ingest-service: one request at a time.
final class UpstreamConnection extends ChannelInboundHandlerAdapter {
    private static final int LARGEST_ANSWER_BYTES = 256 * 1024;

    private final UpstreamPool pool;
    private final Channel channel;
    private @Nullable Batch batch;
    private @Nullable HttpResponse head;
    private ByteBuf content = Unpooled.EMPTY_BUFFER;
    /// Whether anything of an answer has arrived, be it half a line.
    boolean heard;
    /// Used before: it may have been closed at the other end while it lay idle.
    boolean used;
    long idleSince;

    UpstreamConnection(UpstreamPool pool, Channel channel) {
        this.pool = pool;
        this.channel = channel;
    }

    boolean isOpen() {
        return channel.isActive();
    }

    void send(Batch next, FullHttpRequest request) {
        batch = next;
        next.connection = this;
        heard = false;
        channel.writeAndFlush(request, channel.voidPromise());
    }

    /// Gives the request up; the connection cannot be used again.
    void abandon() {
        batch = null;
        channel.close();
    }

    void close() {
        channel.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var current = batch;
        if (current == null) {
            // nobody asked
            ReferenceCountUtil.release(message);
            channel.close();
            return;
        }
        if (message instanceof HttpResponse response) {
            if (response.decoderResult().isFailure()) {
                ReferenceCountUtil.release(message);
                fail(new IOException(
                        "ingest-service's answer cannot be read",
                        response.decoderResult().cause()));
                return;
            }
            head = response;
        }
        if (message instanceof HttpContent part) {
            gather(part, current);
        }
    }

    private void gather(HttpContent part, Batch current) {
        var bytes = part.content();
        if (content.readableBytes() + bytes.readableBytes() > LARGEST_ANSWER_BYTES) {
            part.release();
            fail(new IOException("ingest-service's answer is too large"));
            return;
        }
        if (!bytes.isReadable()) {
            part.release();
        } else if (content.isReadable()) {
            content = Unpooled.wrappedBuffer(content, bytes);
        } else {
            content = bytes;
        }
        var answer = head;
        if (!(part instanceof LastHttpContent) || answer == null) {
            return;
        }
        head = null;
        if (answer.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
            return;
        }
        var body = content;
        content = Unpooled.EMPTY_BUFFER;
        batch = null;
        current.connection = null;
        current.upstreamAnswered();
        // free before the answer goes out: the next request of the same client may want it
        if (HttpUtil.isKeepAlive(answer)) {
            used = true;
            pool.release(this);
        } else {
            channel.close();
        }
        current.client.answered(current, answer, body);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(new IOException("ingest-service closed the connection"));
        pool.gone(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(cause);
    }

    private void fail(Throwable cause) {
        content.release();
        content = Unpooled.EMPTY_BUFFER;
        head = null;
        var current = batch;
        batch = null;
        channel.close();
        if (current != null) {
            current.connection = null;
            pool.failed(current, heard, cause);
        }
    }
}
