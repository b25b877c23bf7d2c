package io.wardroom.gateway.shortway;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.netty.channel.ChannelHandler;
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
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/// The short way of `POST /api/v1/ingest`.
@Component
@Order(Batches.ORDER)
class Batches extends ShortWay {
    static final String PATH = "/api/v1/ingest";

    /// Nearest to the wire.
    static final int ORDER = 0;

    private final DoorProperties door;
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

    Batches(
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
        super(
                "wardroom.ingest",
                settings.shortWay() && upstreams.inPlainHttp(Service.INGEST),
                new UpstreamLoop.Bounds(
                        settings.inFlight(),
                        settings.held().toBytes(),
                        settings.connections(),
                        settings.idleTime(),
                        routing.connectTimeout(),
                        settings.responseTimeout()),
                settings.drainTimeout());
        this.door = door;
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
    ChannelHandler handler() {
        return new BatchHandler(this);
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
}
