package io.wardroom.bench.simulator;

import com.github.luben.zstd.Zstd;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// Sends the fleet's batches over a fixed number of connections, one request at a time on each, all on one event loop.
///
/// With a rate, each batch has its time, and its latency counts from then, however long it waited for a connection:
/// a slow answer cannot hide the ones behind it. Without, each connection sends its next batch when it has its answer.
final class LoadDriver implements AutoCloseable {
    private static final long ANSWER_WITHIN = Duration.ofSeconds(40).toNanos();
    // what waits for a connection; beyond, the suite is hopelessly behind and batches are counted as not sent
    private static final int MOST_WAITING = 200_000;

    private final Options options;
    private final List<VirtualAgent> agents;
    private final Tally tally = new Tally();
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final ArrayDeque<Connection> idle = new ArrayDeque<>();
    private final List<Connection> all = new ArrayList<>();
    private final ArrayDeque<Long> due = new ArrayDeque<>();
    private final String head;
    private int nextAgent;
    private int underWay;
    private boolean sending;
    private long startNanos;
    private long scheduled;
    private @Nullable CompletableFuture<Void> drained;

    LoadDriver(Options options, List<VirtualAgent> agents) {
        this.options = options;
        this.agents = agents;
        var encoding =
                switch (options.encoding()) {
                    case NONE -> "";
                    case GZIP -> "Content-Encoding: gzip\r\n";
                    case ZSTD -> "Content-Encoding: zstd\r\n";
                };
        head = "POST /api/v1/ingest HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n%sAuthorization: Bearer "
                .formatted(options.ingest().getAuthority(), encoding);
    }

    /// Opens the connections and begins to send.
    void start() {
        for (var i = 0; i < options.connections(); i++) {
            var connection = new Connection();
            all.add(connection);
            connection.open();
        }
        loop.execute(() -> {
            sending = true;
            startNanos = System.nanoTime();
            idle.forEach(Connection::sendIfDue);
        });
        loop.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.MILLISECONDS);
        loop.scheduleAtFixedRate(this::giveUpLate, 1, 1, TimeUnit.SECONDS);
    }

    void beginMeasuring() {
        onLoop(tally::beginMeasuring);
    }

    void endMeasuring() {
        onLoop(tally::endMeasuring);
    }

    /// Sends no more and waits for the answers that are due.
    Tally stop() {
        var end = new CompletableFuture<Void>();
        onLoop(() -> {
            sending = false;
            for (var waiting = due.size(); waiting > 0; waiting--) {
                tally.other("not sent");
            }
            due.clear();
            drained = end;
            checkDrained();
        });
        end.orTimeout(ANSWER_WITHIN, TimeUnit.NANOSECONDS).join();
        return tally;
    }

    private void onLoop(Runnable work) {
        CompletableFuture.runAsync(work, loop).orTimeout(60, TimeUnit.SECONDS).join();
    }

    private void tick() {
        if (!sending || options.rate().isEmpty()) {
            return;
        }
        var now = System.nanoTime();
        var nanosEach = 1e9 / options.rate().get();
        while (startNanos + (long) (scheduled * nanosEach) <= now) {
            if (due.size() == MOST_WAITING) {
                tally.other("not sent");
            } else {
                due.add(startNanos + (long) (scheduled * nanosEach));
            }
            scheduled++;
        }
        while (!due.isEmpty() && !idle.isEmpty()) {
            idle.removeFirst().send(due.removeFirst());
        }
    }

    private void giveUpLate() {
        var now = System.nanoTime();
        all.forEach(connection -> connection.giveUpIfLate(now));
    }

    private void checkDrained() {
        if (drained != null && underWay == 0) {
            drained.complete(null);
        }
    }

    private byte[] encode(byte[] body) {
        return switch (options.encoding()) {
            case NONE -> body;
            case ZSTD -> Zstd.compress(body, 3);
            case GZIP -> {
                var bytes = new ByteArrayOutputStream(body.length / 3);
                try (var out = new GZIPOutputStream(bytes) {
                    {
                        def.setLevel(Deflater.BEST_SPEED);
                    }
                }) {
                    out.write(body);
                } catch (IOException impossible) {
                    throw new UncheckedIOException(impossible);
                }
                yield bytes.toByteArray();
            }
        };
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
    }

    /// One connection with at most one request under way.
    private final class Connection extends SimpleChannelInboundHandler<HttpObject> {
        private final ByteArrayOutputStream answer = new ByteArrayOutputStream(512);
        private @Nullable Channel channel;
        private @Nullable UUID batch;
        private long intended;
        private long sent;
        private int status;

        @Override
        public boolean isSharable() {
            return true;
        }

        void open() {
            new Bootstrap()
                    .group(loop)
                    .channel(NioSocketChannel.class)
                    .option(ChannelOption.TCP_NODELAY, true)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 5_000)
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel fresh) {
                            fresh.pipeline().addLast(new HttpResponseDecoder(), Connection.this);
                        }
                    })
                    .connect(options.ingest().getHost(), options.ingest().getPort())
                    .addListener(outcome -> {
                        if (!outcome.isSuccess()) {
                            tally.other("not connected");
                            loop.schedule(this::open, 500, TimeUnit.MILLISECONDS);
                        }
                    });
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            channel = context.channel();
            idle.add(this);
            sendIfDue();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            channel = null;
            idle.remove(this);
            if (batch != null) {
                batch = null;
                underWay--;
                tally.other("connection closed before the answer");
                checkDrained();
            }
            loop.schedule(this::open, 10, TimeUnit.MILLISECONDS);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            tally.other(cause.getClass().getSimpleName());
            context.close();
        }

        /// In the mode without a rate, now.
        void sendIfDue() {
            if (sending && options.rate().isEmpty() && idle.remove(this)) {
                send(System.nanoTime());
            }
        }

        void send(long intendedNanos) {
            var to = channel;
            if (to == null) {
                tally.other("not sent");
                return;
            }
            var agent = agents.get(nextAgent++ % agents.size());
            var random = ThreadLocalRandom.current();
            var id = new UUID(
                    random.nextLong() & 0xFFFF_FFFF_FFFF_0FFFL | 0x4000L,
                    random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L);
            var body = encode(agent.batch(id, Instant.ofEpochMilli(System.currentTimeMillis())));
            batch = id;
            intended = intendedNanos;
            sent = System.nanoTime();
            status = 0;
            answer.reset();
            underWay++;
            ByteBuf request = to.alloc().buffer(body.length + 512);
            request.writeCharSequence(head, StandardCharsets.ISO_8859_1);
            request.writeCharSequence(agent.token(), StandardCharsets.ISO_8859_1);
            request.writeCharSequence("\r\nX-Monsys-Signature: ", StandardCharsets.ISO_8859_1);
            request.writeBytes(agent.key().sign(body));
            request.writeCharSequence("\r\nContent-Length: " + body.length + "\r\n\r\n", StandardCharsets.ISO_8859_1);
            request.writeBytes(body);
            to.writeAndFlush(request, to.voidPromise());
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject part) throws IOException {
            if (part instanceof HttpResponse response) {
                status = response.status().code();
            }
            if (part instanceof HttpContent content) {
                content.content().readBytes(answer, content.content().readableBytes());
            }
            if (part instanceof LastHttpContent) {
                answered();
            }
        }

        private void answered() {
            var id = batch;
            if (id == null) {
                return;
            }
            batch = null;
            underWay--;
            if (status == 202) {
                var text = answer.toString(StandardCharsets.ISO_8859_1);
                tally.acknowledged(
                        id, accepted(text), text.contains("\"duplicate\":true"), intended, System.nanoTime());
            } else {
                tally.other("status " + status);
            }
            checkDrained();
            if (sending && options.rate().isEmpty()) {
                send(System.nanoTime());
            } else if (!due.isEmpty()) {
                send(due.removeFirst());
            } else {
                idle.addLast(this);
            }
        }

        void giveUpIfLate(long now) {
            var late = channel;
            if (batch != null && late != null && now - sent > ANSWER_WITHIN) {
                tally.other("no answer in time");
                late.close();
            }
        }
    }

    /// Reads `"accepted":2` without a parser: the client's cost is not to be the suite's.
    static int accepted(String answer) {
        var at = answer.indexOf("\"accepted\":");
        if (at < 0) {
            return 0;
        }
        var value = 0;
        for (var i = at + 11; i < answer.length() && Character.isDigit(answer.charAt(i)); i++) {
            value = value * 10 + answer.charAt(i) - '0';
        }
        return value;
    }
}
