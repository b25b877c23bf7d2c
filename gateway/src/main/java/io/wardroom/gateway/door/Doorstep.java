package io.wardroom.gateway.door;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.WriteTimeoutHandler;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;
import reactor.netty.NettyPipeline;

/// What each connection passes ahead of everything else, the short way included: there are only so many of them, a
/// head that reads two ways is refused, and whoever sends or reads too slowly is cut off.
@Component
class Doorstep implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory> {
    /// A body that is late is answered 408 by whoever reads it; one that nobody reads is cut off a little later.
    private static final Duration GRACE = Duration.ofSeconds(1);

    /// How long, and for how much more, a client may go on sending behind the last answer.
    private static final Duration LINGER = Duration.ofSeconds(1);

    private static final long LINGER_BYTES = 8L * 1024 * 1024;

    private final DoorProperties door;
    private final AtomicInteger open = new AtomicInteger();
    private final Counter turnedAway;
    private final Counter cutOff;

    Doorstep(DoorProperties door, MeterRegistry meters) {
        this.door = door;
        meters.gauge("wardroom.gateway.connections", open);
        this.turnedAway = Counter.builder("wardroom.gateway.connections.refused")
                .description("Connections closed at once because there were too many")
                .register(meters);
        this.cutOff = Counter.builder("wardroom.gateway.connections.slow")
                .description("Connections cut off because a request did not come in time")
                .register(meters);
    }

    @Override
    public void customize(NettyReactiveWebServerFactory factory) {
        factory.addServerCustomizers(server -> server.doOnChannelInit((_, channel, _) -> guard(channel)));
    }

    private void guard(Channel channel) {
        if (open.incrementAndGet() > door.connections()) {
            open.decrementAndGet();
            turnedAway.increment();
            channel.close();
            return;
        }
        channel.closeFuture().addListener(_ -> open.decrementAndGet());
        var watch = new Watch();
        channel.pipeline()
                .addBefore(
                        NettyPipeline.HttpCodec,
                        "wardroom.slow-readers",
                        new WriteTimeoutHandler(door.writeTimeout().toMillis(), TimeUnit.MILLISECONDS))
                .addBefore(NettyPipeline.HttpCodec, "wardroom.bytes", watch.new Bytes())
                .addAfter(NettyPipeline.HttpCodec, "wardroom.heads", watch);
    }

    /// Looks at the heads of one connection's requests and at the time they take. What it costs a request that came in
    /// one piece is no timer.
    private final class Watch extends ChannelDuplexHandler {
        private enum Coming {
            NOTHING,
            HEAD,
            BODY,
            /// Not HTTP any more: a WebSocket.
            OTHERS
        }

        private final Framing framing = new Framing();
        private Coming coming = Coming.NOTHING;
        private long deadline;
        private boolean timed;
        private boolean upload;
        private long uploadEnd;
        /// Whether a request was refused: what follows it is nobody's.
        private boolean over;
        private int unanswered;
        private boolean informational;
        private boolean answering;
        /// Whether what the request's own work still says of it comes too late.
        private boolean said;
        /// Whether an answer was announced as the last one.
        private boolean last;
        private boolean lingering;
        private long dropped;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (over) {
                ReferenceCountUtil.release(message);
                return;
            }
            if (message instanceof HttpContent part
                    && !(message instanceof HttpRequest)
                    && part.decoderResult().isFailure()) {
                part.release();
                breakOff(context);
                return;
            }
            if (message instanceof HttpRequest request) {
                unanswered++;
                expect(Coming.BODY, door.bodyTimeout().plus(GRACE));
                // which paths take one is for the routes to say, and who may send one; here only time is given
                upload = Uploads.isForm(request.headers().get(HttpHeaderNames.CONTENT_TYPE));
                uploadEnd = deadline
                        + door.uploadTimeout().minus(door.bodyTimeout()).toNanos();
                if (request.decoderResult().isFailure()) {
                    over = true;
                } else {
                    var fault = framing.faultOf(request);
                    if (fault != null) {
                        over = true;
                        request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException(fault)));
                    }
                }
            }
            if (message instanceof LastHttpContent && coming != Coming.OTHERS) {
                coming = Coming.NOTHING;
            } else if (upload && coming == Coming.BODY && unanswered > 0 && !answering) {
                prolong();
            }
            context.fireChannelRead(message);
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (said) {
                ReferenceCountUtil.release(message);
                promise.tryFailure(new ClosedChannelException());
                return;
            }
            if (message instanceof HttpResponse response) {
                informational = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
                answering = !informational;
                last |= answering && !HttpUtil.isKeepAlive(response);
                if (response.status().code() == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
                    coming = Coming.OTHERS;
                }
            }
            if (message instanceof LastHttpContent && !informational) {
                answering = false;
                unanswered = Math.max(0, unanswered - 1);
            }
            context.write(message, promise);
        }

        @Override
        public void close(ChannelHandlerContext context, ChannelPromise promise) {
            var behindAnswer = unanswered == 0 && !answering && (last || coming == Coming.BODY);
            if (behindAnswer && !lingering && context.channel() instanceof SocketChannel socket && socket.isActive()) {
                linger(context, socket, promise);
            } else {
                context.close(promise);
            }
        }

        /// Closes our half and lets the client close its own (RFC 9112, section 9.6): closing at once, with data
        /// unread, could destroy the answer under way.
        private void linger(ChannelHandlerContext context, SocketChannel socket, ChannelPromise promise) {
            lingering = true;
            var tls = context.pipeline().get(SslHandler.class);
            if (tls == null) {
                socket.shutdownOutput();
            } else {
                // our half of a TLS connection ends with its own message
                tls.closeOutbound().addListener(_ -> socket.shutdownOutput());
            }
            context.executor().schedule(() -> context.close(promise), LINGER.toMillis(), TimeUnit.MILLISECONDS);
            context.read();
        }

        /// A body that cannot be read to its end must not look as if it had come to it: the web server would take it
        /// for whole and pass it on.
        private void breakOff(ChannelHandlerContext context) {
            over = true;
            if (unanswered == 1 && !answering) {
                var refusal = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.BAD_REQUEST);
                refusal.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
                // from behind all of ours, so that it gets the error form
                context.pipeline()
                        .context(NettyPipeline.HttpTrafficHandler)
                        .writeAndFlush(refusal)
                        .addListener(ChannelFutureListener.CLOSE);
                said = true;
            } else {
                context.close();
            }
        }

        /// A file that comes steadily may take its time, up to a bound.
        private void prolong() {
            var idle = System.nanoTime() + door.bodyTimeout().plus(GRACE).toNanos();
            deadline = idle - uploadEnd < 0 ? idle : uploadEnd;
        }

        private void expect(Coming part, Duration within) {
            coming = part;
            deadline = System.nanoTime() + within.toNanos();
        }

        private void look(ChannelHandlerContext context) {
            if (!timed && (coming == Coming.HEAD || coming == Coming.BODY)) {
                timed = true;
                later(context);
            }
        }

        private void later(ChannelHandlerContext context) {
            var _ = context.executor().schedule(() -> due(context), deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        private void due(ChannelHandlerContext context) {
            timed = false;
            if (!context.channel().isActive() || coming == Coming.NOTHING || coming == Coming.OTHERS) {
                return;
            }
            if (coming == Coming.HEAD && unanswered > 0) {
                // not read on while the request before it is under way
                expect(Coming.HEAD, door.headTimeout());
            }
            if (System.nanoTime() - deadline < 0) {
                look(context);
            } else {
                cutOff.increment();
                context.close();
            }
        }

        /// Ahead of the codec: knows that a head has begun before it has come to its end.
        private final class Bytes extends ChannelInboundHandlerAdapter {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                if (lingering) {
                    drop(context, (ByteBuf) message);
                    return;
                }
                if (coming == Coming.NOTHING) {
                    expect(Coming.HEAD, door.headTimeout());
                }
                context.fireChannelRead(message);
                look(context);
            }

            private void drop(ChannelHandlerContext context, ByteBuf bytes) {
                dropped += bytes.readableBytes();
                bytes.release();
                if (dropped > LINGER_BYTES) {
                    context.close();
                }
            }

            @Override
            public void channelReadComplete(ChannelHandlerContext context) {
                context.fireChannelReadComplete();
                if (lingering) {
                    context.read();
                }
            }
        }
    }
}
