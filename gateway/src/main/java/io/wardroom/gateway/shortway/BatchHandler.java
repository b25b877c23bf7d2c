package io.wardroom.gateway.shortway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.credential.KnownAgent;
import io.wardroom.gateway.limit.Verdict;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One client connection's way past the general route, one batch at a time. It stands ahead of the web server's own
/// handler and lets everything pass that is no batch.
///
/// The web server turns automatic reading off and asks for data when it wants some; while a batch is under way this
/// handler asks in its place, and holds the server's own wishes back.
final class BatchHandler extends ChannelDuplexHandler {
    private static final FullHttpResponse CONTINUE =
            new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER);
    private static final int MOST_QUEUED = 256;

    private enum State {
        /// What comes is for the general route, unless a batch begins.
        PASSING,
        /// A batch's body is being read.
        COLLECTING,
        /// A batch waits for its verdict or its answer: nothing is read, what was read already is queued.
        WAITING,
        /// A refused batch's body is read and dropped, so that the connection can be used again.
        DISCARDING,
        /// The last answer is out: what still comes is dropped until the client closes.
        CLOSING
    }

    private final Batches way;
    private final ArrayDeque<Object> queue = new ArrayDeque<>();
    private @Nullable UpstreamLoop loop;
    private @Nullable ChannelHandlerContext context;
    private State state = State.PASSING;
    private @Nullable Batch batch;
    private long dropped;
    /// Requests on the general route that have not been answered to the end: a batch must not overtake them.
    private int unanswered;

    private boolean informational;
    private boolean resuming;
    private boolean heldBack;
    private @Nullable String lastAuthorization;
    private String lastHash = "";

    BatchHandler(Batches way) {
        this.way = way;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
        this.loop = way.loopOf(context.channel());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        switch (state) {
            case WAITING -> {
                queue.add(message);
                if (queue.size() > MOST_QUEUED) {
                    context.close();
                }
            }
            case CLOSING -> ReferenceCountUtil.release(message);
            case COLLECTING -> {
                if (message instanceof HttpContent part && batch != null) {
                    collect(batch, part);
                } else {
                    ReferenceCountUtil.release(message);
                }
            }
            case DISCARDING -> discard(context, message);
            case PASSING -> {
                if (message instanceof HttpRequest request) {
                    if (isBatch(request) && unanswered == 0) {
                        begin(context, request);
                        return;
                    }
                    unanswered++;
                }
                context.fireChannelRead(message);
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.fireChannelReadComplete();
        if (state != State.PASSING && state != State.WAITING) {
            context.read();
        }
    }

    @Override
    public void read(ChannelHandlerContext context) {
        if (state != State.WAITING) {
            context.read();
        } else {
            heldBack = true;
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
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
    public void channelInactive(ChannelHandlerContext context) {
        var current = batch;
        batch = null;
        if (current != null && !current.over) {
            if (current.connection == null) {
                current.nothingSaidOfUpstream();
            }
            // a request that is out already is left to its end: its connection is good for the next one
            loop().leave(current);
        }
        Object queued;
        while ((queued = queue.poll()) != null) {
            ReferenceCountUtil.release(queued);
        }
        state = State.CLOSING;
        context.fireChannelInactive();
    }

    private static boolean isBatch(HttpRequest request) {
        return request.uri().equals(Batches.PATH)
                && request.method().equals(HttpMethod.POST)
                && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && request.decoderResult().isSuccess()
                && !request.headers().contains(HttpHeaderNames.UPGRADE);
    }

    private void begin(ChannelHandlerContext context, HttpRequest request) {
        var current = new Batch(this, request);
        batch = current;
        state = State.COLLECTING;
        try {
            var agent = authenticate(current.headers.get(HttpHeaderNames.AUTHORIZATION));
            current.agent = agent;
            if (way.isDraining() || !loop().enter(current, way.bodyTimeout())) {
                throw Refusals.away("room for another batch");
            }
            var verdict = way.take(agent);
            if (verdict.isDone()) {
                judged(current, verdict.join());
            } else {
                state = State.WAITING;
                verdict.thenAcceptAsync(
                        late -> judgedLate(current, late), context.channel().eventLoop());
            }
        } catch (ProblemException refusal) {
            refuse(current, refusal);
        }
    }

    private KnownAgent authenticate(@Nullable String authorization) {
        if (authorization == null || !authorization.equals(lastAuthorization)) {
            lastHash = way.tokens().hashBehind(authorization);
            lastAuthorization = authorization;
        }
        return way.tokens().agentWith(lastHash);
    }

    private void judgedLate(Batch current, Verdict verdict) {
        if (!current.over) {
            state = State.COLLECTING;
            judged(current, verdict);
            resume();
        }
    }

    private void judged(Batch current, Verdict verdict) {
        current.verdict = verdict;
        if (!verdict.allowed()) {
            var agent = current.agent;
            if (agent != null) {
                way.refusedByLimit(agent, current.caller(current.clientAddress(way.clients(), context())));
            }
            refuse(current, Refusals.limited(verdict.retryAfter()));
        } else if (current.told > way.largestBatchBytes()) {
            refuseForGood(current, Refusals.tooLarge(way.largestBatchBytes()));
        } else if (current.expectsContinue) {
            current.expectsContinue = false;
            context().writeAndFlush(CONTINUE.retainedDuplicate(), context().voidPromise());
        }
    }

    private void collect(Batch current, HttpContent part) {
        var bytes = part.content().readableBytes();
        if (current.body.readableBytes() + bytes > way.largestBatchBytes()) {
            part.release();
            refuseForGood(current, Refusals.tooLarge(way.largestBatchBytes()));
        } else if (!loop().hold(bytes)) {
            current.bodyDone = part instanceof LastHttpContent;
            part.release();
            refuse(current, Refusals.away("room for another batch"));
        } else {
            current.heldBytes += bytes;
            append(current, part);
            if (part instanceof LastHttpContent) {
                current.bodyDone = true;
                state = State.WAITING;
                forward(current);
            }
        }
    }

    private void append(Batch current, HttpContent part) {
        var bytes = part.content();
        if (!bytes.isReadable()) {
            part.release();
        } else if (current.body == Unpooled.EMPTY_BUFFER && part instanceof LastHttpContent) {
            // the whole body in one piece: taken over as it is
            current.body = bytes;
        } else {
            if (current.body == Unpooled.EMPTY_BUFFER) {
                var expected = current.told > 0 ? (int) current.told : 2 * bytes.readableBytes();
                current.body = context().alloc().buffer(expected);
            }
            current.body.writeBytes(bytes);
            part.release();
        }
    }

    private void forward(Batch current) {
        var agent = current.agent;
        if (agent == null || !way.breaker().tryAcquirePermission()) {
            refuse(current, Refusals.away("the service ingest"));
            return;
        }
        current.breaker = way.breaker();
        current.addresses = way.addressesFor(agent);
        current.clean(current.clientAddress(way.clients(), context()));
        loop().forward(current);
    }

    /// The answer of ingest-service is there.
    void answered(Batch current, HttpResponse head, ByteBuf body) {
        if (current.over) {
            body.release();
            return;
        }
        respond(
                current,
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, head.status(), body, head.headers(), EmptyHttpHeaders.INSTANCE),
                false);
    }

    /// Answers a refusal; the connection stays usable.
    void refuse(Batch current, ProblemException refusal) {
        // a client that waits for our `100 Continue` may leave its body out or send it: nobody knows what comes next
        respond(current, WireAnswers.of(refusal, way.json()), current.expectsContinue);
    }

    void refuseForGood(Batch current, ProblemException refusal) {
        respond(current, WireAnswers.of(refusal, way.json()), true);
    }

    private void respond(Batch current, FullHttpResponse response, boolean close) {
        var headers = response.headers();
        current.dress(headers, way.clients().cameByTls(context(), current.headers));
        headers.set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
        current.nothingSaidOfUpstream();
        loop().leave(current);
        batch = null;
        way.count(response.status().code(), System.nanoTime() - current.begun);
        if (close || !current.keepAlive || way.isDraining()) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            state = State.CLOSING;
            context().writeAndFlush(response).addListener(_ -> context().close());
        } else {
            state = current.bodyDone ? State.PASSING : State.DISCARDING;
            dropped = 0;
            context().writeAndFlush(response, context().voidPromise());
        }
        resume();
    }

    private void discard(ChannelHandlerContext context, Object message) {
        var last = message instanceof LastHttpContent;
        if (message instanceof HttpContent part) {
            dropped += part.content().readableBytes();
        }
        ReferenceCountUtil.release(message);
        if (dropped > way.largestBatchBytes()) {
            context.close();
        } else if (last) {
            state = State.PASSING;
            // whatever comes next is read as if nothing had been
            context.read();
        }
    }

    /// Takes up what was read while a batch was under way, then asks for more.
    private void resume() {
        if (resuming) {
            return;
        }
        resuming = true;
        try {
            var passed = false;
            Object next;
            while (state != State.WAITING && (next = queue.poll()) != null) {
                passed |= state == State.PASSING;
                channelRead(context(), next);
            }
            if (passed) {
                context().fireChannelReadComplete();
            }
        } finally {
            resuming = false;
        }
        // the web server does not ask again for what was held back
        if (state != State.WAITING && (unanswered == 0 || heldBack)) {
            heldBack = false;
            context().read();
        }
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context, "the handler is on no channel");
    }

    UpstreamLoop loop() {
        return Objects.requireNonNull(loop, "the handler is on no channel");
    }
}
