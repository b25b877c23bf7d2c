package io.wardroom.gateway.shortway;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import tools.jackson.databind.json.JsonMapper;

/// Refusals in the contract's form, as they go over the wire.
final class WireAnswers {
    private WireAnswers() {}

    static FullHttpResponse of(ProblemException refusal, JsonMapper json) {
        var body = Unpooled.wrappedBuffer(json.writeValueAsBytes(refusal.body()));
        HttpHeaders headers = new DefaultHttpHeaders();
        headers.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
        if (refusal.problem() == CommonProblem.UNAUTHORIZED) {
            headers.set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
        }
        var pause = refusal.retryAfter();
        if (pause != null) {
            headers.set(HttpHeaderNames.RETRY_AFTER, String.valueOf(Math.max(1, pause.toSeconds())));
        }
        return new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(refusal.problem().status().value()),
                body,
                headers,
                EmptyHttpHeaders.INSTANCE);
    }
}
