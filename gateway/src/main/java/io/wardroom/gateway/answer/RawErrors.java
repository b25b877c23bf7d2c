package io.wardroom.gateway.answer;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ErrorBody;
import io.wardroom.common.web.RequestId;
import java.util.Locale;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;
import reactor.netty.NettyPipeline;
import tools.jackson.databind.json.JsonMapper;

/// Gives the error form to what the HTTP server refuses on its own, before any filter sees it: a line that is no
/// request, headers that are too large, a request that never ends.
@Component
class RawErrors implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory> {
    private static final String NAME = "wardroom.errors";

    private final JsonMapper json;

    RawErrors(JsonMapper json) {
        this.json = json;
    }

    @Override
    public void customize(NettyReactiveWebServerFactory factory) {
        factory.addServerCustomizers(server -> server.doOnChannelInit((_, channel, _) ->
                channel.pipeline().addBefore(NettyPipeline.HttpTrafficHandler, NAME, new Handler(json))));
    }

    @Sharable
    private static final class Handler extends ChannelOutboundHandlerAdapter {
        private final JsonMapper json;

        Handler(JsonMapper json) {
            this.json = json;
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (message instanceof FullHttpResponse response
                    && response.status().code() >= 400
                    && !response.content().isReadable()
                    && !response.headers().contains(RequestId.HEADER)) {
                context.write(inErrorForm(response), promise);
                response.release();
            } else {
                context.write(message, promise);
            }
        }

        private FullHttpResponse inErrorForm(FullHttpResponse bare) {
            var body = json.writeValueAsBytes(bodyOf(bare.status()));
            var response =
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, bare.status(), Unpooled.wrappedBuffer(body));
            response.headers()
                    .set(bare.headers())
                    .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
                    .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length)
                    .set(RequestId.HEADER, RequestId.from(null));
            return response;
        }

        private static ErrorBody bodyOf(HttpResponseStatus status) {
            var detail = status.reasonPhrase().toLowerCase(Locale.ROOT);
            return switch (status.code()) {
                case 400 -> ErrorBody.of(CommonProblem.VALIDATION_ERROR, "this is no HTTP request");
                case 413 -> ErrorBody.of(CommonProblem.PAYLOAD_TOO_LARGE, detail);
                default ->
                    new ErrorBody(
                            detail,
                            status.reasonPhrase().toUpperCase(Locale.ROOT).replaceAll("[^A-Z]+", "_"),
                            null);
            };
        }
    }
}
