package io.wardroom.gateway.shortway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
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
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.credential.KnownAgent;
import io.wardroom.gateway.limit.Verdict;
import org.jspecify.annotations.Nullable;

/// The short way of batches on one client connection; the nearest to the wire.
final class BatchHandler extends ClientHandler {
    private static final FullHttpResponse CONTINUE =
            new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER);

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
    private State state = State.PASSING;
    private @Nullable Batch batch;
    private long dropped;
    private @Nullable String lastAuthorization;
    private String lastHash = "";

    BatchHandler(Batches way) {
        super(way);
        this.way = way;
    }

    @Override
    boolean isWaiting() {
        return state == State.WAITING;
    }

    @Override
    boolean isPassing() {
        return state == State.PASSING;
    }

    @Override
    void take(Object message) {
        switch (state) {
            case COLLECTING -> {
                if (message instanceof HttpContent part && batch != null) {
                    collect(batch, part);
                } else {
                    ReferenceCountUtil.release(message);
                }
            }
            case DISCARDING -> discard(message);
            case PASSING -> {
                if (message instanceof HttpRequest request && isBatch(request) && isAnswered()) {
                    begin(request);
                } else {
                    pass(message);
                }
            }
            case WAITING, CLOSING -> ReferenceCountUtil.release(message);
        }
    }

    @Override
    void end() {
        var current = batch;
        batch = null;
        if (current != null && !current.over) {
            if (current.connection == null) {
                current.nothingSaidOfUpstream();
            }
            // a request that is out already is left to its end: its connection is good for the next one
            loop().leave(current);
        }
        state = State.CLOSING;
    }

    private static boolean isBatch(HttpRequest request) {
        return request.uri().equals(Batches.PATH)
                && request.method().equals(HttpMethod.POST)
                && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && request.decoderResult().isSuccess()
                && !request.headers().contains(HttpHeaderNames.UPGRADE);
    }

    private void begin(HttpRequest request) {
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
                        late -> judgedLate(current, late), context().channel().eventLoop());
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
            resume(false);
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
        resume(false);
    }

    private void discard(Object message) {
        var last = message instanceof LastHttpContent;
        if (message instanceof HttpContent part) {
            dropped += part.content().readableBytes();
        }
        ReferenceCountUtil.release(message);
        if (dropped > way.largestBatchBytes()) {
            context().close();
        } else if (last) {
            state = State.PASSING;
            // whatever comes next is read as if nothing had been
            context().read();
        }
    }
}
