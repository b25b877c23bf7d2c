package io.wardroom.gateway.shortway;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.door.Hygiene;
import io.wardroom.gateway.limit.Counted;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/// The short way of plain reads on one client connection, between the batches' handler and the web server's own.
final class ReadHandler extends ClientHandler {
    /// For Redis, which answers or is given up well within.
    private static final Duration LONGEST_ADMISSION = Duration.ofSeconds(10);

    private final Reads way;
    /// What is under way.
    private @Nullable Read read;
    /// Whether the end of a request that was answered here is still to come.
    private boolean endToCome;
    private boolean closing;

    ReadHandler(Reads way) {
        super(way);
        this.way = way;
    }

    @Override
    boolean isWaiting() {
        return read != null;
    }

    @Override
    boolean isPassing() {
        return read == null && !endToCome && !closing;
    }

    @Override
    void take(Object message) {
        if (closing) {
            ReferenceCountUtil.release(message);
        } else if (endToCome) {
            endToCome = false;
            ReferenceCountUtil.release(message);
        } else if (!(message instanceof HttpRequest request
                && isAnswered()
                && isPlainRead(request)
                && begin(request))) {
            pass(message);
        }
    }

    @Override
    void end() {
        var current = read;
        read = null;
        closing = true;
        if (current != null) {
            current.nothingSaidOfUpstream();
            current.abandon();
            loop().leave(current);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (read != null && read.connection != null) {
            read.connection.listen(context.channel().isWritable());
        }
        context.fireChannelWritabilityChanged();
    }

    private static boolean isPlainRead(HttpRequest request) {
        var headers = request.headers();
        return request.method().equals(HttpMethod.GET)
                && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && request.decoderResult().isSuccess()
                && !headers.contains(HttpHeaderNames.UPGRADE)
                && !headers.contains(HttpHeaderNames.EXPECT)
                && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)
                && !headers.contains(HttpHeaderNames.TRANSFER_ENCODING);
    }

    /// @return whether it is under way now
    private boolean begin(HttpRequest request) {
        if (way.isDraining()) {
            return false;
        }
        var address = way.clients()
                .of(context().channel().remoteAddress(), request.headers().getAll(Hygiene.FORWARDED_FOR));
        var next = way.readOf(this, request, address);
        if (next == null || !loop().enter(next, LONGEST_ADMISSION)) {
            return false;
        }
        read = next;
        var loop = context().channel().eventLoop();
        way.admit(next, loop).thenAccept(admitted -> {
            if (loop.inEventLoop()) {
                admitted(next, admitted);
            } else {
                loop.execute(() -> admitted(next, admitted));
            }
        });
        return true;
    }

    private void admitted(Read current, boolean admitted) {
        if (current.over) {
            return;
        }
        var verdict = current.verdict;
        if (!admitted) {
            handBack(current);
        } else if (verdict != null && !verdict.allowed()) {
            refuse(current, Refusals.limited(verdict.retryAfter()));
        } else if (!way.breakerOf(current).tryAcquirePermission()) {
            refuse(current, Refusals.away("the service " + current.service.spelled()));
        } else {
            current.breaker = way.breakerOf(current);
            current.addresses = way.addressesFor(current);
            current.secure = way.clients().cameByTls(context(), current.headers);
            current.clean(current.clientAddress);
            loop().forward(current);
        }
    }

    /// Lets the general route answer.
    private void handBack(Read current) {
        loop().leave(current);
        read = null;
        if (current.verdict != null) {
            Counted.mark(context().channel(), current.verdict);
        }
        pass(current.asked);
        resume(true);
    }

    void head(Read current, HttpResponse head) {
        if (current.over) {
            return;
        }
        current.begunAnswer = true;
        current.status = head.status().code();
        var answer = new DefaultHttpResponse(HttpVersion.HTTP_1_1, head.status(), head.headers());
        var headers = answer.headers();
        current.dress(headers, current.secure);
        if (!headers.contains(HttpHeaderNames.CONTENT_LENGTH)
                && !head.status().equals(HttpResponseStatus.NO_CONTENT)
                && !head.status().equals(HttpResponseStatus.NOT_MODIFIED)) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        current.last = !current.keepAlive || way.isDraining();
        if (current.last) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        context().write(answer, context().voidPromise());
    }

    void content(Read current, HttpContent part) {
        if (current.over) {
            part.release();
        } else if (part instanceof LastHttpContent end) {
            finish(current, end);
        } else {
            context().write(part, context().voidPromise());
        }
    }

    void flush(Read current) {
        if (current.over) {
            return;
        }
        var channel = context().channel();
        context().flush();
        loop().heardOf(current);
        // as long as we send, the connection is not idle
        if (channel.pipeline().get(NettyPipeline.IdleTimeoutHandler) instanceof IdleStateHandler idle) {
            idle.resetReadTimeout();
        }
        if (!channel.isWritable() && current.connection != null) {
            current.connection.listen(false);
        }
    }

    /// Whether it is the client that takes its time, which the doorstep watches.
    boolean waitsForClient() {
        return !context().channel().isWritable();
    }

    void refuse(Read current, ProblemException refusal) {
        if (current.over) {
            return;
        }
        if (current.begunAnswer) {
            // the status is out: all that is left is to break the connection off
            context().close();
            return;
        }
        var answer = WireAnswers.of(refusal, way.json());
        current.status = answer.status().code();
        current.dress(answer.headers(), way.clients().cameByTls(context(), current.headers));
        answer.headers().set(HttpHeaderNames.CONTENT_LENGTH, answer.content().readableBytes());
        current.last = !current.keepAlive || way.isDraining();
        if (current.last) {
            answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        finish(current, answer);
    }

    private void finish(Read current, LastHttpContent end) {
        current.nothingSaidOfUpstream();
        loop().leave(current);
        read = null;
        way.measure(current);
        endToCome = true;
        if (current.last) {
            closing = true;
            context().writeAndFlush(end).addListener(_ -> context().close());
        } else {
            context().writeAndFlush(end, context().voidPromise());
        }
        resume(false);
    }
}
