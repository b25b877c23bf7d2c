package io.wardroom.gateway.shortway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.gateway.Agents;
import io.wardroom.gateway.OnRealServers;
import io.wardroom.gateway.TestUpstream;
import io.wardroom.gateway.Wire;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The same requests on the short way and, told by a query that the short way does not take, on the general route.
class TwoWaysTest extends OnRealServers {
    private static final String SHORT = "/api/v1/ingest";
    private static final String GENERAL = "/api/v1/ingest?general";
    private static final String BATCH = "{\"items\":[]}";
    private static final Set<String> OF_THE_MOMENT = Set.of("date", "ratelimit-remaining", "ratelimit-reset");

    /// The short way is not traced.
    private static final Set<String> OF_THE_REQUEST = Set.of("x-request-id", "traceparent", "tracestate");

    private Agents.Agent agent;

    @BeforeEach
    void anAgentIsKnown() {
        agent = Agents.publish(STACK);
        UPSTREAM.answer(SHORT, TestUpstream.json(202, "{\"accepted\":1}"));
        await("the agent is known")
                .until(() -> exchange(GENERAL, "POST", headers(Map.of()), BATCH).status() == 202);
    }

    record Case(String name, String method, Map<String, String> headers, String body, int status) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("a batch", "POST", Map.of("X-Request-Id", "batch-1"), BATCH, 202),
                new Case("an empty body", "POST", Map.of(), "", 202),
                new Case("a large batch", "POST", Map.of(), "x".repeat(3_000_000), 202),
                new Case("no credential", "POST", Map.of("Authorization", ""), BATCH, 401),
                new Case("an unknown agent", "POST", Map.of("Authorization", "Bearer ms_unknown"), BATCH, 401),
                new Case("an enrolment token", "POST", Map.of("Authorization", "Bearer we_token"), BATCH, 401),
                new Case("another scheme", "POST", Map.of("Authorization", "Basic ms_token"), BATCH, 401),
                new Case(
                        "a token of no end",
                        "POST",
                        Map.of("Authorization", "Bearer ms_" + "x".repeat(4000)),
                        BATCH,
                        401),
                new Case("a batch that is too large", "POST", Map.of(), "x".repeat(4 * 1024 * 1024 + 1), 413),
                new Case("an insane request id", "POST", Map.of("X-Request-Id", "a b"), BATCH, 202));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void bothWaysAnswerAlike(Case example) throws IOException {
        var onShort = exchange(SHORT, example.method(), headers(example.headers()), example.body());
        var onGeneral = exchange(GENERAL, example.method(), headers(example.headers()), example.body());

        assertThat(onShort.status()).as(onShort.body()).isEqualTo(example.status());
        assertThat(comparable(onShort)).isEqualTo(comparable(onGeneral));
        assertThat(onShort.body()).isEqualTo(onGeneral.body());
        assertThat(onShort.headers().get("x-request-id")).matches("[A-Za-z0-9._-]{1,64}");
        if (example.headers().getOrDefault("X-Request-Id", "").equals("batch-1")) {
            assertThat(onShort.headers().get("x-request-id")).isEqualTo("batch-1");
        }
        if (example.status() == 202) {
            assertThat(onShort.headers())
                    .containsEntry("ratelimit-limit", "1000")
                    .containsKeys("ratelimit-remaining", "ratelimit-reset");
        }
    }

    @Test
    void bothWaysSayTheSameToTheService() throws IOException {
        var sent = new TreeMap<>(headers(Map.of()));
        sent.putAll(Map.of(
                "Cookie", "session=1",
                "X-Forwarded-Host", "evil",
                "Forwarded", "for=1.2.3.4",
                "X-Wardroom-Tenant", "other",
                "X-Real-Ip", "1.2.3.4",
                "X-Monsys-Signature", "c2ln",
                "Content-Encoding", "zstd",
                "Connection", "keep-alive, X-Hop",
                "X-Hop", "1",
                "TE", "trailers"));
        sent.put("Content-Type", "application/json");
        sent.put("User-Agent", "wardroom-agent/1");
        sent.put("Accept", "*/*");

        UPSTREAM.answer(SHORT, TestUpstream.json(202, "{}"));
        exchange(SHORT, "POST", sent, BATCH);
        exchange(GENERAL, "POST", sent, BATCH);

        var seen = UPSTREAM.seenAt(SHORT);
        assertThat(seen).hasSize(2);
        var atShort = seen.get(0);
        var atGeneral = seen.get(1);
        assertThat(atShort.uri()).isEqualTo(SHORT);
        assertThat(atShort.body()).isEqualTo(atGeneral.body()).isEqualTo(BATCH.getBytes());
        assertThat(without(atShort.headers(), OF_THE_REQUEST)).isEqualTo(without(atGeneral.headers(), OF_THE_REQUEST));
        assertThat(atShort.header("X-Monsys-Signature")).isEqualTo("c2ln");
        assertThat(atShort.header("Content-Encoding")).isEqualTo("zstd");
        assertThat(atShort.header("Authorization")).isEqualTo(agent.bearer());
        assertThat(atShort.header("X-Forwarded-For")).isEqualTo("10.1.2.3");
        assertThat(Stream.of("Cookie", "X-Forwarded-Host", "Forwarded", "X-Wardroom-Tenant", "X-Real-Ip", "X-Hop", "TE")
                        .filter(atShort::has))
                .isEmpty();
    }

    private Map<String, String> headers(Map<String, String> more) {
        var headers = new TreeMap<>(Map.of(
                "Authorization", agent.bearer(), "X-Forwarded-For", "10.1.2.3", "Content-Type", "application/json"));
        headers.putAll(more);
        headers.values().removeIf(String::isEmpty);
        return headers;
    }

    private Wire.Answer exchange(String path, String method, Map<String, String> headers, String body)
            throws IOException {
        var head = headers.entrySet().stream()
                .map(header -> header.getKey() + ": " + header.getValue() + "\r\n")
                .collect(Collectors.joining());
        try (var wire = new Wire(port)) {
            wire.send("%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n%s\r\n"
                    .formatted(method, path, body.length(), head));
            if (body.length() <= 4 * 1024 * 1024) {
                wire.send(body);
            }
            return wire.read();
        }
    }

    private static Map<String, String> comparable(Wire.Answer answer) {
        var headers = new TreeMap<>(answer.headers());
        headers.keySet().removeAll(OF_THE_MOMENT);
        headers.computeIfPresent("x-request-id", (_, id) -> id.equals("batch-1") ? id : "new");
        headers.replaceAll((_, value) -> value.toLowerCase(Locale.ROOT));
        return headers;
    }

    private static <V> Map<String, V> without(Map<String, V> headers, Set<String> names) {
        var others = new TreeMap<>(headers);
        others.keySet().removeAll(names);
        return others;
    }
}
