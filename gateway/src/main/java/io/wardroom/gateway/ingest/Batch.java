package io.wardroom.gateway.ingest;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import io.wardroom.gateway.credential.KnownAgent;
import io.wardroom.gateway.limit.Verdict;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One request of an agent on its way through; lives on one event loop.
final class Batch {
    final IngestHandler client;
    final HttpHeaders headers;
    final String requestId;
    final boolean keepAlive;
    final long told;
    /// Whether the client waits for `100 Continue` before it sends the body.
    boolean expectsContinue;
    final long begun = System.nanoTime();
    long deadline;

    @Nullable
    KnownAgent agent;

    @Nullable
    Verdict verdict;
    /// Whether it counts among those under way.
    boolean counted;
    /// What has come of the body.
    ByteBuf body = Unpooled.EMPTY_BUFFER;

    int heldBytes;
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

    /// Whether the body has come to its end.
    boolean bodyDone;

    /// @param told what `Content-Length` says, or -1
    Batch(
            IngestHandler client,
            HttpHeaders headers,
            String requestId,
            boolean keepAlive,
            long told,
            boolean expectsContinue) {
        this.client = client;
        this.headers = headers;
        this.requestId = requestId;
        this.keepAlive = keepAlive;
        this.told = told;
        this.expectsContinue = expectsContinue;
    }

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
}
