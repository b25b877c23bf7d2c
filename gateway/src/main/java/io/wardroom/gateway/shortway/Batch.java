package io.wardroom.gateway.shortway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.credential.KnownAgent;
import io.wardroom.gateway.route.Service;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// An agent's batch: sent on as one message as soon as it is there as a whole, and answered likewise.
final class Batch extends Passage {
    private static final int LARGEST_ANSWER_BYTES = 256 * 1024;

    final BatchHandler client;
    /// What `Content-Length` says, or -1.
    final long told;
    /// Whether the client waits for `100 Continue` before it sends the body.
    boolean expectsContinue;

    @Nullable
    KnownAgent agent;
    /// What has come of the body.
    ByteBuf body = Unpooled.EMPTY_BUFFER;

    int heldBytes;
    /// Whether the body has come to its end.
    boolean bodyDone;

    private @Nullable HttpResponse head;
    private ByteBuf answer = Unpooled.EMPTY_BUFFER;

    Batch(BatchHandler client, HttpRequest request) {
        super(Service.INGEST, request.headers(), HttpUtil.isKeepAlive(request));
        this.client = client;
        this.told = HttpUtil.getContentLength(request, -1L);
        this.expectsContinue = HttpUtil.is100ContinueExpected(request);
    }

    @Override
    FullHttpRequest request(String host) {
        headers.set(HttpHeaderNames.HOST, host);
        headers.set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        return new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.POST,
                Batches.PATH,
                // kept until the answer is there: it may have to be sent once more
                body.retainedDuplicate(),
                headers,
                EmptyHttpHeaders.INSTANCE);
    }

    @Override
    void head(HttpResponse head) {
        this.head = head;
    }

    @Override
    void content(HttpContent part) {
        var bytes = part.content();
        var last = part instanceof LastHttpContent;
        if (answer.readableBytes() + bytes.readableBytes() > LARGEST_ANSWER_BYTES) {
            part.release();
            abandon();
            client.loop().failed(this, new IOException("ingest-service's answer is too large"));
            return;
        }
        if (!bytes.isReadable()) {
            part.release();
        } else if (answer.isReadable()) {
            answer = Unpooled.wrappedBuffer(answer, bytes);
        } else {
            answer = bytes;
        }
        var complete = head;
        if (last && complete != null) {
            var whole = answer;
            answer = Unpooled.EMPTY_BUFFER;
            client.answered(this, complete, whole);
        }
    }

    @Override
    void flush() {}

    @Override
    void refuse(ProblemException refusal) {
        client.refuse(this, refusal);
    }

    @Override
    void late() {
        if (bodyDone) {
            abandon();
            client.loop().failed(this, new TimeoutException("no answer in time"));
        } else {
            client.refuseForGood(this, Refusals.bodyTooSlow());
        }
    }

    @Override
    void release() {
        client.loop().letGo(heldBytes);
        heldBytes = 0;
        body.release();
        body = Unpooled.EMPTY_BUFFER;
        answer.release();
        answer = Unpooled.EMPTY_BUFFER;
    }
}
