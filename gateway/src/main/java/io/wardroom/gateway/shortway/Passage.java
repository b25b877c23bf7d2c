package io.wardroom.gateway.shortway;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.AsciiString;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.web.RequestId;
import io.wardroom.gateway.door.ClientAddresses;
import io.wardroom.gateway.door.Hygiene;
import io.wardroom.gateway.door.PageHeaders;
import io.wardroom.gateway.limit.Verdict;
import io.wardroom.gateway.route.Service;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One request on its way through; lives on one event loop.
abstract class Passage {
    private static final List<AsciiString> ANSWER_HOP_BY_HOP = List.of(
            HttpHeaderNames.CONNECTION,
            AsciiString.cached("keep-alive"),
            HttpHeaderNames.TRANSFER_ENCODING,
            HttpHeaderNames.TRAILER,
            HttpHeaderNames.UPGRADE,
            HttpHeaderNames.PROXY_AUTHENTICATE);

    final Service service;
    final HttpHeaders headers;
    final String requestId;
    final boolean keepAlive;
    final long begun = System.nanoTime();
    long deadline;

    @Nullable
    Verdict verdict;
    /// Whether it counts among those under way.
    boolean counted;

    List<URI> addresses = List.of();
    int addressIndex;
    boolean triedAgain;
    /// The breaker that let it pass and has not yet been told how it went.
    @Nullable
    CircuitBreaker breaker;

    /// The connection that works on it.
    @Nullable
    UpstreamConnection connection;

    /// Answered, or its client is gone: what still comes for it is dropped.
    boolean over;

    Passage(Service service, HttpHeaders headers, boolean keepAlive) {
        this.service = service;
        this.headers = headers;
        this.requestId = RequestId.from(headers.get(RequestId.HEADER));
        this.keepAlive = keepAlive;
    }

    /// What the service is asked. It may be asked more than once.
    abstract FullHttpRequest request(String host);

    /// The service's answer begins.
    abstract void head(HttpResponse head);

    /// A part of the answer's body, now this passage's to release; the last one ends the answer.
    abstract void content(HttpContent part);

    /// Everything that has arrived so far has been handed over.
    abstract void flush();

    /// Answers a refusal, or breaks an answer off that has begun.
    abstract void refuse(ProblemException refusal);

    /// Time is up.
    abstract void late();

    /// Lets go of what was held; nothing else happens to it.
    void release() {}

    void upstreamAnswered() {
        if (breaker != null) {
            breaker.onSuccess(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
            breaker = null;
        }
    }

    void upstreamFailed(Throwable cause) {
        if (breaker != null) {
            breaker.onError(System.nanoTime() - begun, TimeUnit.NANOSECONDS, cause);
            breaker = null;
        }
    }

    void nothingSaidOfUpstream() {
        if (breaker != null) {
            breaker.releasePermission();
            breaker = null;
        }
    }

    /// Gives up what the service may still say.
    void abandon() {
        var current = connection;
        if (current != null) {
            connection = null;
            current.abandon();
        }
    }

    String clientAddress(ClientAddresses clients, ChannelHandlerContext context) {
        return clients.of(context.channel().remoteAddress(), headers.getAll(Hygiene.FORWARDED_FOR));
    }

    Caller caller(String clientAddress) {
        return new Caller(clientAddress, headers.get(HttpHeaderNames.USER_AGENT), requestId);
    }

    /// Takes from the request's headers what goes no further than the gateway, and adds what the gateway says.
    void clean(String clientAddress) {
        var connection = headers.get(HttpHeaderNames.CONNECTION);
        if (connection != null) {
            for (var name : connection.split(",")) {
                var named = name.strip();
                if (!named.isEmpty() && !HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(named)) {
                    headers.remove(named);
                }
            }
        }
        ArrayList<String> dropped = null;
        for (var names = headers.iteratorCharSequence(); names.hasNext(); ) {
            var name = names.next().getKey();
            if (Hygiene.isDropped(name)) {
                dropped = dropped == null ? new ArrayList<>() : dropped;
                dropped.add(name.toString());
            }
        }
        if (dropped != null) {
            dropped.forEach(headers::remove);
        }
        headers.set(Hygiene.FORWARDED_FOR, clientAddress);
        headers.set(RequestId.HEADER, requestId);
    }

    /// Takes from an answer's headers what was about one hop, and adds what the gateway says.
    void dress(HttpHeaders answer, boolean secure) {
        ANSWER_HOP_BY_HOP.forEach(answer::remove);
        answer.set(RequestId.HEADER, requestId);
        PageHeaders.everywhere(answer, secure);
        if (verdict != null) {
            answer.set(Verdict.LIMIT, String.valueOf(verdict.limit()));
            answer.set(Verdict.REMAINING, String.valueOf(verdict.remaining()));
            answer.set(Verdict.RESET, String.valueOf(verdict.resetSeconds()));
        }
    }
}
