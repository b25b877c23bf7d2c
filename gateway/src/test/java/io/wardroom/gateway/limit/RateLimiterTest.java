package io.wardroom.gateway.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.wardroom.gateway.redis.NearRedis;
import io.wardroom.gateway.redis.RedisProperties;
import io.wardroom.local.TestStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;

class RateLimiterTest {
    private final List<SharedCounts> started = new ArrayList<>();
    private final MeterRegistry meters = new SimpleMeterRegistry();

    @AfterEach
    void stop() {
        started.forEach(SharedCounts::stop);
    }

    @Test
    void twoReplicasShareOneCountExactly() throws Exception {
        var one = replica(TestStack.shared().redis());
        var other = replica(TestStack.shared().redis());
        var key = UUID.randomUUID().toString();

        var verdicts = new ArrayList<CompletableFuture<Verdict>>();
        for (int i = 0; i < 100; i++) {
            verdicts.add(one.take(login(one), key));
            verdicts.add(other.take(login(other), key));
        }

        var allowed = 0;
        for (var verdict : verdicts) {
            allowed += verdict.get(10, TimeUnit.SECONDS).allowed() ? 1 : 0;
        }
        assertThat(allowed).isEqualTo(10);
        assertThat(local()).isZero();
    }

    @Test
    void anAgentsCountRunsOverByATenthAtMostBetweenTwoReplicas() throws Exception {
        var one = replica(TestStack.shared().redis());
        var other = replica(TestStack.shared().redis());
        var key = UUID.randomUUID().toString();

        var allowed = 0;
        for (int i = 0; i < 60; i++) {
            allowed += one.take(ingest(one), key).get(10, TimeUnit.SECONDS).allowed() ? 1 : 0;
            allowed += other.take(ingest(other), key).get(10, TimeUnit.SECONDS).allowed() ? 1 : 0;
        }

        assertThat(allowed).isBetween(60, 66);
    }

    @Test
    void anAgentsCallsAreMostlyCountedWithoutAskingRedis() throws Exception {
        var limiter = replica(TestStack.shared().redis());
        var key = UUID.randomUUID().toString();
        limiter.take(ingest(limiter), key).get(10, TimeUnit.SECONDS);

        var atOnce = 0;
        for (int i = 0; i < 20; i++) {
            var verdict = limiter.take(ingest(limiter), key);
            atOnce += verdict.isDone() ? 1 : 0;
            verdict.get(10, TimeUnit.SECONDS);
        }

        assertThat(atOnce).isGreaterThanOrEqualTo(12);
    }

    @Test
    void whileRedisIsAwayOneReplicaCountsAloneBySameLimits() throws Exception {
        try (var road = new Road(TestStack.shared().redis())) {
            var limiter = replica(road.url());
            var key = UUID.randomUUID().toString();
            assertThat(limiter.take(login(limiter), key)
                            .get(10, TimeUnit.SECONDS)
                            .remaining())
                    .isEqualTo(9);

            road.cut();

            var allowed = 0;
            for (int i = 0; i < 30; i++) {
                allowed += limiter.take(login(limiter), key)
                                .get(10, TimeUnit.SECONDS)
                                .allowed()
                        ? 1
                        : 0;
            }
            assertThat(allowed).isEqualTo(10);
            assertThat(local()).isEqualTo(1);

            road.mend();

            await("Redis counts again").atMost(Duration.ofSeconds(30)).until(() -> {
                limiter.take(login(limiter), UUID.randomUUID().toString()).get(10, TimeUnit.SECONDS);
                return local() == 0;
            });
            assertThat(limiter.take(login(limiter), key)
                            .get(10, TimeUnit.SECONDS)
                            .remaining())
                    .isEqualTo(8);
        }
    }

    @Test
    void aGatewayStartsWithoutRedis() throws Exception {
        var limiter = new RateLimiter(table(), counts("redis://127.0.0.1:11"), meters);
        await("it is noticed").until(() -> local() == 1);

        var key = UUID.randomUUID().toString();
        for (int i = 0; i < 10; i++) {
            assertThat(limiter.take(login(limiter), key)
                            .get(10, TimeUnit.SECONDS)
                            .allowed())
                    .isTrue();
        }
        var refused = limiter.take(login(limiter), key).get(10, TimeUnit.SECONDS);
        assertThat(refused.allowed()).isFalse();
        assertThat(refused.retryAfter()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(60));
    }

    @Test
    void theMostSpecificRowCounts() {
        var limiter = new RateLimiter(table(), counts("redis://127.0.0.1:11"), meters);

        assertThat(counter(limiter, HttpMethod.POST, "/api/v1/auth/login").name())
                .isEqualTo("login");
        assertThat(counter(limiter, HttpMethod.GET, "/api/v1/auth/login").name())
                .isEqualTo("others");
        assertThat(counter(limiter, HttpMethod.GET, "/api/v1/agents/1").name()).isEqualTo("others");
        assertThat(limiter.counterOf(HttpMethod.GET, PathContainer.parsePath("/api/v1/ws/console/1")))
                .isEmpty();
        assertThat(limiter.counterOf(HttpMethod.GET, PathContainer.parsePath("/docs")))
                .isEmpty();
    }

    private RateLimiter replica(String redis) {
        var counts = counts(redis);
        await("connected").until(() -> counts.usable() != null);
        return new RateLimiter(table(), counts, meters);
    }

    private SharedCounts counts(String redis) {
        var settings = new RedisProperties(redis, Duration.ofSeconds(2), Duration.ofMillis(200));
        var counts = new SharedCounts(settings, new NearRedis(settings), meters);
        counts.start();
        started.add(counts);
        return counts;
    }

    private double local() {
        return meters.get("wardroom.gateway.limits.local").gauge().value();
    }

    private static LimitProperties table() {
        var minute = Duration.ofMinutes(1);
        return new LimitProperties(Map.of(
                "login", new Limit("/api/v1/auth/login", Set.of(HttpMethod.POST), Per.IP, 10, minute),
                "ingest", new Limit("/api/v1/ingest", Set.of(HttpMethod.POST), Per.AGENT, 60, minute),
                "web-sockets", new Limit("/api/v1/ws/**", Set.of(), Per.NOBODY, 0, minute),
                "others", new Limit("/api/v1/**", Set.of(), Per.IP, 1000, minute)));
    }

    private static Counter login(RateLimiter limiter) {
        return counter(limiter, HttpMethod.POST, "/api/v1/auth/login");
    }

    private static Counter ingest(RateLimiter limiter) {
        return counter(limiter, HttpMethod.POST, "/api/v1/ingest");
    }

    private static Counter counter(RateLimiter limiter, HttpMethod method, String path) {
        return limiter.counterOf(method, PathContainer.parsePath(path)).orElseThrow();
    }

    /// The road to the real Redis, which can be cut.
    private static final class Road implements AutoCloseable {
        private final URI redis;
        private final Set<Socket> open = ConcurrentHashMap.newKeySet();
        private final ServerSocket listener;
        private volatile boolean cut;

        Road(String redis) throws IOException {
            this.redis = URI.create(redis);
            this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(this::accept);
        }

        String url() {
            return "redis://127.0.0.1:" + listener.getLocalPort();
        }

        void cut() {
            cut = true;
            open.forEach(Road::close);
            open.clear();
        }

        void mend() {
            cut = false;
        }

        private void accept() {
            while (!listener.isClosed()) {
                try {
                    var near = listener.accept();
                    if (cut) {
                        near.close();
                        continue;
                    }
                    var far = new Socket(redis.getHost(), redis.getPort());
                    open.addAll(List.of(near, far));
                    Thread.ofVirtual().start(() -> carry(near, far));
                    Thread.ofVirtual().start(() -> carry(far, near));
                } catch (IOException closed) {
                    return;
                }
            }
        }

        private static void carry(Socket from, Socket to) {
            try {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException cut) {
                close(to);
            }
        }

        private static void close(Socket socket) {
            try {
                socket.close();
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
            cut();
        }
    }
}
