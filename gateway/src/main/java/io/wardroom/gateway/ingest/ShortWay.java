package io.wardroom.gateway.ingest;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.wardroom.common.audit.Caller;
import io.wardroom.gateway.credential.AgentTokens;
import io.wardroom.gateway.credential.KnownAgent;
import io.wardroom.gateway.door.ClientAddresses;
import io.wardroom.gateway.door.DoorProperties;
import io.wardroom.gateway.limit.LimitRefusals;
import io.wardroom.gateway.limit.RateLimiter;
import io.wardroom.gateway.limit.Verdict;
import io.wardroom.gateway.route.Breakers;
import io.wardroom.gateway.route.RoutingProperties;
import io.wardroom.gateway.route.Service;
import io.wardroom.gateway.route.Upstreams;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.stereotype.Component;
import reactor.netty.NettyPipeline;
import reactor.netty.http.HttpResources;
import tools.jackson.databind.json.JsonMapper;

/// The short way: takes `POST /api/v1/ingest` off the wire ahead of the general route, which costs several times as
/// much a request. The same checks, errors, headers and limits hold on both.
@Component
class ShortWay implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory>, SmartLifecycle {
    static final String PATH = "/api/v1/ingest";

    private static final Logger LOG = LoggerFactory.getLogger(ShortWay.class);
    private static final String NAME = "wardroom.ingest";
    private static final Duration DRAIN_LOOK = Duration.ofMillis(20);

    private final IngestProperties settings;
    private final DoorProperties door;
    private final RoutingProperties routing;
    private final AgentTokens tokens;
    private final ClientAddresses clients;
    private final RateLimiter limiter;
    private final LimitRefusals refused;
    private final io.wardroom.gateway.limit.Counter counter;
    private final Upstreams upstreams;
    private final CircuitBreaker breaker;
    private final JsonMapper json;
    private final MeterRegistry meters;
    private final Timer timer;
    private final Map<Integer, Counter> answers = new ConcurrentHashMap<>();
    private final Map<EventLoop, IngestLoop> loops = new ConcurrentHashMap<>();
    private volatile boolean running;
    private volatile boolean draining;

    ShortWay(
            IngestProperties settings,
            DoorProperties door,
            RoutingProperties routing,
            AgentTokens tokens,
            ClientAddresses clients,
            RateLimiter limiter,
            LimitRefusals refused,
            Upstreams upstreams,
            Breakers breakers,
            JsonMapper json,
            MeterRegistry meters) {
        this.settings = settings;
        this.door = door;
        this.routing = routing;
        this.tokens = tokens;
        this.clients = clients;
        this.limiter = limiter;
        this.refused = refused;
        this.counter = limiter.counterOf(HttpMethod.POST, PathContainer.parsePath(PATH))
                .orElseThrow(() -> new IllegalArgumentException("the table of limits has no row for " + PATH));
        this.upstreams = upstreams;
        this.breaker = breakers.of(Service.INGEST);
        this.json = json;
        this.meters = meters;
        this.timer = Timer.builder("wardroom.gateway.ingest")
                .description("Agents' batches on the short way, from the head of the request to its answer")
                .register(meters);
        meters.gauge("wardroom.gateway.ingest.under.way", this, ShortWay::underWay);
    }

    @Override
    public void customize(NettyReactiveWebServerFactory factory) {
        if (!settings.shortWay()) {
            return;
        }
        if (upstreams.of(Service.INGEST).stream().anyMatch(address -> !"http".equals(address.getScheme()))) {
            LOG.info("ingest-service is not spoken to in plain HTTP: batches take the general route");
            return;
        }
        factory.addServerCustomizers(server -> server.doOnChannelInit((_, channel, _) ->
                channel.pipeline().addBefore(NettyPipeline.HttpTrafficHandler, NAME, new IngestHandler(this))));
    }

    IngestProperties settings() {
        return settings;
    }

    Duration connectTimeout() {
        return routing.connectTimeout();
    }

    long largestBatchBytes() {
        return door.maxBatch().toBytes();
    }

    Duration bodyTimeout() {
        return door.bodyTimeout();
    }

    AgentTokens tokens() {
        return tokens;
    }

    ClientAddresses clients() {
        return clients;
    }

    CircuitBreaker breaker() {
        return breaker;
    }

    JsonMapper json() {
        return json;
    }

    boolean isDraining() {
        return draining;
    }

    CompletableFuture<Verdict> take(KnownAgent agent) {
        return limiter.take(counter, agent.key());
    }

    /// Not waited for: the refusal stands.
    void refusedByLimit(KnownAgent agent, Caller caller) {
        refused.ofAgent(counter, agent, caller).subscribe();
    }

    List<URI> addressesFor(KnownAgent agent) {
        return upstreams.of(Service.INGEST, agent.id());
    }

    void count(int status, long nanos) {
        answers.computeIfAbsent(
                        status,
                        code -> meters.counter("wardroom.gateway.ingest.answers", "status", String.valueOf(code)))
                .increment();
        timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    IngestLoop loopOf(Channel channel) {
        return loops.computeIfAbsent(
                channel.eventLoop(), loop -> new IngestLoop(this, loop, channel.getClass(), resolverFor(channel)));
    }

    /// Looks names up without holding the event loop up.
    private static AddressResolverGroup<InetSocketAddress> resolverFor(Channel channel) {
        return new DnsAddressResolverGroup(new DnsNameResolverBuilder()
                .datagramChannelType(HttpResources.get().onChannelClass(DatagramChannel.class, channel.eventLoop())));
    }

    private int underWay() {
        return loops.values().stream().mapToInt(IngestLoop::underWay).sum();
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    /// Waits for the batches under way; those that come now are sent elsewhere.
    @Override
    public void stop(Runnable done) {
        draining = true;
        running = false;
        var giveUpAt = System.nanoTime() + settings.drainTimeout().toNanos();
        if (loops.isEmpty()) {
            done.run();
            return;
        }
        look(giveUpAt, done);
    }

    private void look(long giveUpAt, Runnable done) {
        var left = underWay();
        if (left == 0 || System.nanoTime() - giveUpAt > 0) {
            if (left > 0) {
                LOG.warn("{} batches are still under way at the end of the wait", left);
            }
            done.run();
            return;
        }
        CompletableFuture.delayedExecutor(DRAIN_LOOK.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> look(giveUpAt, done));
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /// Stops ahead of the web server, which would cut connections that it believes to be idle.
    @Override
    public int getPhase() {
        return DEFAULT_PHASE - 512;
    }
}
