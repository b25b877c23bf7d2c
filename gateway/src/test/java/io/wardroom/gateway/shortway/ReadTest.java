package io.wardroom.gateway.shortway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.Unpooled;
import io.wardroom.gateway.OnRealServers;
import io.wardroom.gateway.TestUpstream;
import io.wardroom.gateway.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// People's reads on the short way and, with a `Content-Length` that it does not take, on the general route.
class ReadTest extends OnRealServers {
    private static final String TOKEN = STACK.accessToken(STACK.newUser(UUID.randomUUID(), "viewer"));
    private static final String PATH = "/api/v1/audit-logs";
    private static final String GENERAL = "Content-Length: 0";
    private static final Set<String> OF_THE_MOMENT = Set.of("date", "ratelimit-remaining", "ratelimit-reset");

    /// The short way is not traced, and a body of no bytes is no body.
    private static final Set<String> OF_THE_REQUEST =
            Set.of("x-request-id", "x-forwarded-for", "traceparent", "tracestate", "content-length");

    @BeforeEach
    void theTokenIsKnown() throws IOException {
        UPSTREAM.answer(PATH, TestUpstream.json(200, "[]"));
        try (var wire = new Wire(port)) {
            assertThat(wire.send(get(PATH, GENERAL)).read().status()).isEqualTo(200);
        }
        var before = taken();
        try (var wire = new Wire(port)) {
            assertThat(wire.send(get(PATH)).read().status()).isEqualTo(200);
        }
        assertThat(taken()).as("reads on the short way").isEqualTo(before + 1);
    }

    record Case(String name, String target, Map<String, String> headers, int status, String body) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("a list", PATH, Map.of("X-Request-Id", "read-1"), 200, "{\"items\":[]}"),
                new Case("a query", PATH + "?a=1&b=%20x", Map.of(), 200, "{}"),
                new Case("an empty answer", PATH, Map.of(), 204, ""),
                new Case(
                        "a refusal of the service's",
                        PATH,
                        Map.of(),
                        403,
                        "{\"detail\":\"no\",\"code\":\"FORBIDDEN\"}"),
                new Case("a fault of the service's", PATH, Map.of(), 500, "{}"),
                new Case("an insane request id", PATH, Map.of("X-Request-Id", "a b"), 200, "{}"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void bothWaysAnswerAlike(Case example) throws IOException {
        UPSTREAM.answer(PATH, TestUpstream.json(example.status(), example.body()));
        var more = example.headers().entrySet().stream()
                .map(header -> header.getKey() + ": " + header.getValue())
                .toArray(String[]::new);
        var before = taken();

        var onShort = ask(example.target(), more);
        var onGeneral = ask(
                example.target(),
                Stream.concat(Stream.of(more), Stream.of(GENERAL)).toArray(String[]::new));

        assertThat(taken()).isEqualTo(before + 1);
        assertThat(onShort.status()).isEqualTo(example.status());
        assertThat(comparable(onShort)).isEqualTo(comparable(onGeneral));
        assertThat(onShort.body()).isEqualTo(onGeneral.body());
        assertThat(onShort.headers()).containsEntry("ratelimit-limit", "1000");
        assertThat(UPSTREAM.seenAt(PATH)).hasSize(2).allMatch(seen -> seen.uri().equals(example.target()));
    }

    @Test
    void bothWaysSayTheSameToTheService() throws IOException {
        var sent = new String[] {
            "Cookie: session=1",
            "X-Forwarded-Host: evil",
            "Forwarded: for=1.2.3.4",
            "X-Wardroom-Tenant: other",
            "X-Real-Ip: 1.2.3.4",
            "Connection: keep-alive, X-Hop",
            "X-Hop: 1",
            "TE: trailers",
            "Accept: text/csv",
            "Accept-Encoding: gzip",
            "If-None-Match: \"1\"",
            "User-Agent: curl/8",
            "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        };
        UPSTREAM.answer(PATH, TestUpstream.json(200, "{}"));

        ask(PATH, sent);
        ask(PATH, Stream.concat(Stream.of(sent), Stream.of(GENERAL)).toArray(String[]::new));

        var seen = UPSTREAM.seenAt(PATH);
        assertThat(seen).hasSize(2);
        assertThat(without(seen.get(0).headers(), OF_THE_REQUEST))
                .isEqualTo(without(seen.get(1).headers(), OF_THE_REQUEST));
        assertThat(seen.get(0).header("Accept")).isEqualTo("text/csv");
        assertThat(seen).allMatch(one -> one.header("traceparent").startsWith("00-0af7651916cd43dd8448eb211c80319c-"));
        assertThat(seen.get(0).header("X-Forwarded-For")).startsWith("10.");
        assertThat(seen.get(0).header("Authorization")).isEqualTo("Bearer " + TOKEN);
        assertThat(Stream.of("Cookie", "X-Forwarded-Host", "Forwarded", "X-Wardroom-Tenant", "X-Real-Ip", "X-Hop", "TE")
                        .filter(seen.get(0)::has))
                .isEmpty();
    }

    static Stream<String> others() {
        var bearer = "Authorization: Bearer " + TOKEN;
        return Stream.of(
                "GET /api/v1/audit-logs/%2e%2e/agents HTTP/1.1\r\n" + bearer,
                "GET /api/v1/audit-logs?a=%zz HTTP/1.1\r\n" + bearer,
                "GET /api/v1/auth/me HTTP/1.1\r\n" + bearer,
                "GET /api/v1/nothing HTTP/1.1\r\n" + bearer,
                "HEAD /api/v1/audit-logs HTTP/1.1\r\n" + bearer,
                "GET /api/v1/audit-logs HTTP/1.1\r\n" + bearer + "x",
                "GET /api/v1/audit-logs HTTP/1.1\r\n" + bearer + "\r\nX-API-Key: wr_none",
                "GET /api/v1/audit-logs HTTP/1.1\r\n" + bearer + "\r\n" + bearer,
                "GET /api/v1/audit-logs HTTP/1.1");
    }

    @ParameterizedTest
    @MethodSource("others")
    void whateverIsOutOfTheOrdinaryTakesTheGeneralRoute(String start) throws IOException {
        var before = taken();
        try (var wire = new Wire(port)) {
            var answer = wire.send("%s\r\nHost: x\r\nX-Forwarded-For: %s\r\nConnection: close\r\n\r\n"
                            .formatted(start, freshAddress()))
                    .read();

            assertThat(answer.status()).isBetween(200, 499);
        }
        assertThat(taken()).isEqualTo(before);
    }

    @Test
    void readsAndOtherRequestsOnOneConnectionAreAnsweredInOrder() throws IOException {
        UPSTREAM.answer(PATH, (seen, response) -> {
            // the first is the slowest: whoever overtakes is found out
            var pause = Duration.ofMillis(seen.uri().endsWith("=1") ? 200 : 0);
            return Mono.delay(pause)
                    .then(Mono.from(TestUpstream.json(200, seen.uri()).to(seen, response)));
        });
        var health = "GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n";
        try (var wire = new Wire(port)) {
            for (int round = 0; round < 30; round++) {
                wire.send(get(PATH + "?n=1")
                        + get(PATH + "?n=2")
                        + health
                        + get(PATH + "?n=3")
                        + get(PATH + "?n=4", GENERAL)
                        + get(PATH + "?n=5"));

                assertThat(wire.read().body()).isEqualTo(PATH + "?n=1");
                assertThat(wire.read().body()).isEqualTo(PATH + "?n=2");
                assertThat(wire.read().body()).isEqualTo("{\"status\":\"ok\"}");
                assertThat(wire.read().body()).isEqualTo(PATH + "?n=3");
                assertThat(wire.read().body()).isEqualTo(PATH + "?n=4");
                assertThat(wire.read().body()).isEqualTo(PATH + "?n=5");
            }
        }
    }

    @Test
    void aLongAnswerToASlowReaderArrivesWholeAndIsNotHeld() throws IOException {
        var piece = "0123456789abcdef".repeat(1024);
        var made = new AtomicInteger();
        UPSTREAM.answer(PATH, (_, response) -> response.status(200)
                .send(Flux.range(0, 4096).map(_ -> {
                    made.incrementAndGet();
                    return Unpooled.copiedBuffer(piece.getBytes());
                })));
        try (var wire = new Wire(port)) {
            wire.send(get(PATH));
            // while the client reads nothing, the service is not asked for more than lies in buffers on the way
            var last = new AtomicInteger(-1);
            await("the service waits")
                    .pollInterval(Duration.ofMillis(300))
                    .until(() -> last.getAndSet(made.get()) == made.get());
            assertThat(made.get()).isBetween(1, 2048);

            var answer = wire.read();

            assertThat(answer.headers()).containsEntry("transfer-encoding", "chunked");
            assertThat(answer.body().length()).isEqualTo(4096 * piece.length());
            assertThat(wire.send(get("/api/v1/nothing")).read().status()).isEqualTo(404);
        }
    }

    @Test
    void aClientThatLeavesEndsTheAnswer() throws IOException {
        var cancelled = new AtomicInteger();
        UPSTREAM.answer(PATH, (_, response) -> response.status(200)
                .sendString(
                        Flux.interval(Duration.ofMillis(10)).map(_ -> "x").doOnCancel(cancelled::incrementAndGet),
                        java.nio.charset.StandardCharsets.UTF_8)
                .then());
        try (var wire = new Wire(port)) {
            wire.send(get(PATH));
            await("the answer has begun").until(() -> UPSTREAM.seenAt(PATH).size() == 1);
        }
        await("the service may stop").untilAtomic(cancelled, org.hamcrest.Matchers.is(1));
        await("nothing is left under way")
                .until(() ->
                        meters().get("wardroom.gateway.reads.under.way").gauge().value() == 0);
    }

    @Test
    void anAnswerThatBreaksOffIsNotTakenForWhole() throws IOException {
        UPSTREAM.answer(PATH, (_, response) -> response.status(200)
                .header("Content-Length", "100")
                .sendString(Mono.just("half"))
                .then(Mono.fromRunnable(() -> response.withConnection(
                        connection -> connection.channel().close()))));
        try (var wire = new Wire(port)) {
            wire.send(get(PATH));

            org.assertj.core.api.Assertions.assertThatThrownBy(
                            () -> assertThat(wire.read().body()).hasSize(100))
                    .isInstanceOfAny(IOException.class, AssertionError.class);
        }
    }

    @Test
    void aConnectionThatClosedUnansweredIsReplacedOnce() throws IOException {
        var calls = new AtomicInteger();
        UPSTREAM.answer(PATH, (seen, response) -> {
            if (calls.getAndIncrement() == 0) {
                response.withConnection(connection -> connection.channel().close());
                return Mono.never();
            }
            return TestUpstream.json(200, "second").to(seen, response);
        });

        assertThat(ask(PATH).body()).isEqualTo("second");
        assertThat(calls).hasValue(2);
    }

    @Test
    void aTokenThatEndsIsRefusedOnAnOpenConnection() throws IOException {
        var token = STACK.accessToken(STACK.newUser(UUID.randomUUID(), "viewer"));
        UPSTREAM.answer(PATH, TestUpstream.json(200, "{}"));
        try (var first = new Wire(port)) {
            assertThat(first.send(getAs(token, PATH)).read().status()).isEqualTo(200);
        }
        try (var wire = new Wire(port)) {
            var before = taken();
            assertThat(wire.send(getAs(token, PATH)).read().status()).isEqualTo(200);
            assertThat(taken()).isEqualTo(before + 1);

            send(request("/api/v1/auth/logout")
                    .header("Authorization", "Bearer " + token)
                    .POST(java.net.http.HttpRequest.BodyPublishers.noBody()));

            var refused = wire.send(getAs(token, PATH)).read();
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.headers()).containsEntry("www-authenticate", "Bearer");
        }
    }

    @Test
    void theLimitHoldsOverBothWays() throws Exception {
        UPSTREAM.answer(PATH, TestUpstream.json(200, "{}"));
        var address = freshAddress();
        var work = new ArrayList<Callable<Integer>>();
        for (int client = 0; client < 24; client++) {
            var way = client % 4 == 0 ? new String[] {GENERAL} : new String[0];
            work.add(() -> {
                var allowed = 0;
                try (var wire = new Wire(port)) {
                    for (int call = 0; call < 50; call++) {
                        var answer =
                                wire.send(getFrom(address, TOKEN, PATH, way)).read();
                        allowed += answer.status() == 200 ? 1 : 0;
                        if (answer.status() == 429) {
                            assertThat(answer.headers())
                                    .containsKey("retry-after")
                                    .containsEntry("ratelimit-remaining", "0");
                            assertThat(answer.body()).contains("RATE_LIMITED");
                        }
                    }
                }
                return allowed;
            });
        }
        var allowed = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(work)) {
                allowed += done.get();
            }
        }
        assertThat(allowed).isEqualTo(1000);
    }

    private MeterRegistry meters() {
        return context.getBean(MeterRegistry.class);
    }

    private long taken() {
        return meters().find("wardroom.gateway.reads").timers().stream()
                .mapToLong(io.micrometer.core.instrument.Timer::count)
                .sum();
    }

    private Wire.Answer ask(String target, String... headers) throws IOException {
        try (var wire = new Wire(port)) {
            return wire.send(get(target, headers)).read();
        }
    }

    private String get(String target, String... headers) {
        return getAs(TOKEN, target, headers);
    }

    private String getAs(String token, String target, String... headers) {
        return getFrom(freshAddress(), token, target, headers);
    }

    private static String getFrom(String address, String token, String target, String... headers) {
        return "GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nX-Forwarded-For: %s\r\n%s\r\n"
                .formatted(
                        target,
                        token,
                        address,
                        Stream.of(headers).map(header -> header + "\r\n").collect(Collectors.joining()));
    }

    private static Map<String, String> comparable(Wire.Answer answer) {
        var headers = new TreeMap<>(answer.headers());
        headers.keySet().removeAll(OF_THE_MOMENT);
        headers.computeIfPresent("x-request-id", (_, id) -> id.equals("read-1") ? id : "new");
        headers.replaceAll((_, value) -> value.toLowerCase(Locale.ROOT));
        return headers;
    }

    private static <V> Map<String, V> without(Map<String, V> headers, Set<String> names) {
        var others = new TreeMap<>(headers);
        others.keySet().removeAll(names);
        return others;
    }
}
