package io.wardroom.gateway.shortway;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One client connection's way past the general route, one request at a time. It stands ahead of the web server's own
/// handler and lets everything pass that is not for its way.
///
/// The web server turns automatic reading off and asks for data when it wants some; while a request is under way this
/// handler asks in its place, holds the server's own wishes back, and queues what was read already.
abstract class ClientHandler extends ChannelDuplexHandler {
    private static final int MOST_QUEUED = 256;

    private final ShortWay way;
    private final ArrayDeque<Object> queue = new ArrayDeque<>();
    private @Nullable UpstreamLoop loop;
    private @Nullable ChannelHandlerContext context;
    /// Requests on the general route that have not been answered to the end: none on this way must overtake them.
    private int unanswered;

    private boolean informational;
    private boolean resuming;
    private boolean heldBack;

    ClientHandler(ShortWay way) {
        this.way = way;
    }

    /// Whether a request is under way, and what comes has to wait.
    abstract boolean isWaiting();

    /// Whether what comes is for the general route, unless a request of this way begins.
    abstract boolean isPassing();

    /// Takes what has come and has not to wait.
    abstract void take(Object message);

    /// The client is gone: gives up what is under way, and takes nothing more.
    abstract void end();

    @Override
    public final void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
        this.loop = way.loopOf(context.channel());
    }

    @Override
    public final void channelRead(ChannelHandlerContext context, Object message) {
        if (isWaiting()) {
            queue.add(message);
            if (queue.size() > MOST_QUEUED) {
                context.close();
            }
        } else {
            take(message);
        }
    }

    @Override
    public final void channelReadComplete(ChannelHandlerContext context) {
        context.fireChannelReadComplete();
        if (!isPassing() && !isWaiting()) {
            context.read();
        }
    }

    @Override
    public final void read(ChannelHandlerContext context) {
        if (isWaiting()) {
            heldBack = true;
        } else {
            context.read();
        }
    }

    @Override
    public final void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse response) {
            informational = response.status().codeClass() == HttpStatusClass.INFORMATIONAL
                    && response.status().code() != HttpResponseStatus.SWITCHING_PROTOCOLS.code();
        }
        if (message instanceof LastHttpContent && !informational && unanswered > 0) {
            unanswered--;
        }
        context.write(message, promise);
    }

    @Override
    public final void channelInactive(ChannelHandlerContext context) {
        end();
        Object queued;
        while ((queued = queue.poll()) != null) {
            ReferenceCountUtil.release(queued);
        }
        context.fireChannelInactive();
    }

    /// Whether the general route owes this client nothing.
    final boolean isAnswered() {
        return unanswered == 0;
    }

    /// Leaves a message to the general route.
    final void pass(Object message) {
        if (message instanceof HttpRequest) {
            unanswered++;
        }
        context().fireChannelRead(message);
    }

    /// Takes up what was read while a request was under way, then asks for more.
    ///
    /// @param passing whether something was just passed on
    final void resume(boolean passing) {
        if (resuming) {
            return;
        }
        resuming = true;
        var passed = passing;
        try {
            Object next;
            while (!isWaiting() && (next = queue.poll()) != null) {
                passed |= isPassing();
                take(next);
            }
            if (passed) {
                context().fireChannelReadComplete();
            }
        } finally {
            resuming = false;
        }
        // the web server does not ask again for what was held back
        if (!isWaiting() && (unanswered == 0 || heldBack)) {
            heldBack = false;
            context().read();
        }
    }

    final ChannelHandlerContext context() {
        return Objects.requireNonNull(context, "the handler is on no channel");
    }

    final UpstreamLoop loop() {
        return Objects.requireNonNull(loop, "the handler is on no channel");
    }
}
