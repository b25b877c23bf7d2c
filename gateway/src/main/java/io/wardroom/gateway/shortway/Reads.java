package io.wardroom.gateway.shortway;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.wardroom.gateway.credential.PeopleTokens;
import io.wardroom.gateway.door.ApiKeyHeader;
import io.wardroom.gateway.door.ClientAddresses;
import io.wardroom.gateway.limit.Per;
import io.wardroom.gateway.limit.RateLimiter;
import io.wardroom.gateway.route.Access;
import io.wardroom.gateway.route.Breakers;
import io.wardroom.gateway.route.Route;
import io.wardroom.gateway.route.RouteTable;
import io.wardroom.gateway.route.RoutingProperties;
import io.wardroom.gateway.route.Service;
import io.wardroom.gateway.route.Upstreams;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/// The short way of people's reads: a `GET` of a service with a token whose signature was looked at within the last
/// minute. Whatever is out of the ordinary takes the general route.
@Component
@Order(Batches.ORDER + 1)
class Reads extends ShortWay {
    private static final String BASE = "/api/v1/";
    private static final String BEARER = "Bearer ";

    private final PeopleTokens tokens;
    private final ClientAddresses clients;
    private final RouteTable routes;
    private final RateLimiter limiter;
    private final Upstreams upstreams;
    private final Breakers breakers;
    private final JsonMapper json;
    private final MeterRegistry meters;

    private record Kind(Service service, int status) {}

    private final Map<Kind, Timer> timers = new ConcurrentHashMap<>();

    Reads(
            ReadProperties settings,
            RoutingProperties routing,
            PeopleTokens tokens,
            ClientAddresses clients,
            RouteTable routes,
            RateLimiter limiter,
            Upstreams upstreams,
            Breakers breakers,
            JsonMapper json,
            MeterRegistry meters) {
        super(
                "wardroom.reads",
                settings.shortWay(),
                new UpstreamLoop.Bounds(
                        settings.inFlight(),
                        0,
                        settings.connections(),
                        routing.idleTime(),
                        routing.connectTimeout(),
                        routing.responseTimeout()),
                settings.drainTimeout());
        this.tokens = tokens;
        this.clients = clients;
        this.routes = routes;
        this.limiter = limiter;
        this.upstreams = upstreams;
        this.breakers = breakers;
        this.json = json;
        this.meters = meters;
        meters.gauge("wardroom.gateway.reads.under.way", this, ShortWay::underWay);
    }

    @Override
    ChannelHandler handler() {
        return new ReadHandler(this);
    }

    ClientAddresses clients() {
        return clients;
    }

    JsonMapper json() {
        return json;
    }

    /// The read that a request is, or null where it is for the general route.
    @Nullable
    Read readOf(ReadHandler client, HttpRequest request, String clientAddress) {
        var headers = request.headers();
        var authorization = headers.get(HttpHeaderNames.AUTHORIZATION);
        var uri = request.uri();
        if (authorization == null
                || !authorization.startsWith(BEARER)
                || headers.contains(ApiKeyHeader.NAME)
                || !uri.startsWith(BASE)
                || !RequestTarget.isPlain(uri)
                || headers.getAll(HttpHeaderNames.AUTHORIZATION).size() > 1) {
            return null;
        }
        var token = tokens.remembered(authorization.substring(BEARER.length()));
        if (token.isEmpty()) {
            return null;
        }
        var query = uri.indexOf('?');
        var path = PathContainer.parsePath(query < 0 ? uri : uri.substring(0, query));
        var service = routes.find(HttpMethod.GET, path)
                .filter(route -> route.access() == Access.USER && route.service() != Service.GATEWAY)
                .map(Route::service)
                .filter(upstreams::inPlainHttp);
        if (service.isEmpty()) {
            return null;
        }
        var counter = limiter.counterOf(HttpMethod.GET, path);
        if (counter.filter(count -> count.per() != Per.IP || count.isAboutDeeds())
                .isPresent()) {
            return null;
        }
        return new Read(client, request, service.get(), token.get(), counter, clientAddress);
    }

    /// Counts the call, and says whether nothing was said against its token meanwhile. It never fails: where it says
    /// no, the general route knows the answer.
    CompletableFuture<Boolean> admit(Read read, EventLoop loop) {
        // both questions travel together
        var good = tokens.isGood(read.token, loop).exceptionally(_ -> false);
        return read.counter
                .map(counter ->
                        limiter.take(counter, read.clientAddress, loop).thenAccept(verdict -> read.verdict = verdict))
                .map(counted -> counted.thenCombine(good, (_, stands) -> stands))
                .orElse(good);
    }

    CircuitBreaker breakerOf(Read read) {
        return breakers.of(read.service);
    }

    List<URI> addressesFor(Read read) {
        return upstreams.of(read.service, read.clientAddress);
    }

    void measure(Read read) {
        timers.computeIfAbsent(new Kind(read.service, read.status), kind -> Timer.builder("wardroom.gateway.reads")
                        .description(
                                "People's reads on the short way, from the head of the request to the end of its answer")
                        .tag("service", kind.service().spelled())
                        .tag("status", String.valueOf(kind.status()))
                        .register(meters))
                .record(System.nanoTime() - read.begun, TimeUnit.NANOSECONDS);
    }
}
