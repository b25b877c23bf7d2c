package io.wardroom.bench.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The comparison finds what is wrong: here a hub keeps all it acknowledges, but for what a test spoils.
class LedgerCheckTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int BATCHES = 12;

    private final Hub hub = new Hub();
    private Options options;
    private Suite suite;
    private Ledger ledger;

    @BeforeEach
    void aHostThatSent() throws Exception {
        hub.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hub.server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        hub.server.createContext("/api/v1/", exchange -> {
            var body = exchange.getRequestBody().readAllBytes();
            var answer = hub.answer(
                    exchange.getRequestURI().getPath(), exchange.getRequestURI().getQuery(), body);
            var bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        hub.server.start();
        options = Options.of(
                "--batches", "1",
                "--gateway", "http://127.0.0.1:" + hub.server.getAddress().getPort(),
                "--password", "none",
                "--home", "nowhere",
                "--db-password", "");
        suite = new Suite(options);
    }

    @AfterEach
    void stop() {
        hub.server.stop(0);
    }

    @Test
    void everythingIsThere() throws Exception {
        send();

        assertThat(isRight()).isTrue();
        assertThat(ledger.acknowledged()).hasSize(BATCHES);
        assertThat(ledger.newestSections()).hasSize(Belongings.SECTIONS.size());
    }

    @Test
    void aMomentIsLost() throws Exception {
        send();
        hub.moments.pollFirstEntry();

        assertThat(isRight()).isFalse();
    }

    @Test
    void aValueIsAnotherOne() throws Exception {
        send();
        var values = hub.moments.firstEntry().getValue();
        values.put(values.keySet().iterator().next(), 0.12345);

        assertThat(isRight()).isFalse();
    }

    @Test
    void aValueIsLost() throws Exception {
        send();
        var values = hub.moments.lastEntry().getValue();
        values.remove(values.keySet().iterator().next());

        assertThat(isRight()).isFalse();
    }

    @Test
    void aMomentIsThereThatNobodySent() throws Exception {
        send();
        var first = hub.moments.firstEntry();
        hub.moments.put(first.getKey() + 1, first.getValue());

        assertThat(isRight()).isFalse();
    }

    @Test
    void whatWasRefusedIsStored() throws Exception {
        hub.refusesTheSecond = true;
        send();

        assertThat(ledger.refused()).hasSize(1);
        assertThat(isRight()).isFalse();
    }

    @Test
    void aPackageIsMissing() throws Exception {
        send();
        ((ArrayNode) hub.sections.get("packages").get("data")).remove(7);

        assertThat(isRight()).isFalse();
    }

    @Test
    void aPackageHasAnotherVersion() throws Exception {
        send();
        ((ObjectNode) hub.sections.get("packages").get("data").get(7)).put("version", "0");

        assertThat(isRight()).isFalse();
    }

    @Test
    void theSameGenerationIsTheSameAndTheNextDiffersALittle() {
        var belongings = new Belongings(7);

        var before = belongings.rows("packages", 3);
        var after = belongings.rows("packages", 4);

        assertThat(belongings.rows("packages", 3)).isEqualTo(before);
        assertThat(after).isNotEqualTo(before);
        assertThat(after.stream().filter(row -> !before.contains(row)).count()).isLessThanOrEqualTo(1);
        assertThat(before).hasSizeGreaterThan(270);
    }

    @Test
    void anUnknownFaultIsNamed() {
        assertThat(Fault.parse("clone,flat-cpu")).containsExactlyInAnyOrder(Fault.CLONE, Fault.FLAT_CPU);
        assertThatThrownBy(() -> Fault.parse("fire"))
                .hasMessageContaining("bad-signature")
                .hasMessageContaining("no fire");
    }

    private void send() throws Exception {
        var agent = new VirtualAgent(UUID.randomUUID().toString(), "ms_x", SigningKey.generate(), 1, 1000, false);
        ledger = new Ledger(agent.id());
        var outcomes = new Outcomes();
        var host = new SimulatedHost(
                new Sender(suite, outcomes, 1),
                outcomes,
                _ -> ledger,
                agent,
                1,
                EnumSet.noneOf(Fault.class),
                false,
                before -> before);
        host.hurry(BATCHES);
    }

    private boolean isRight() throws Exception {
        return new LedgerCheck(options, suite, Duration.ZERO).holds(List.of(ledger));
    }

    private record Said(int status, String body) {}

    /// What a hub does with batches, in memory.
    private static final class Hub {
        private final TreeMap<Long, Map<SeriesName, Double>> moments = new TreeMap<>();
        private final Map<String, JsonNode> sections = new TreeMap<>();
        private boolean refusesTheSecond;
        private HttpServer server;

        Said answer(String path, String query, byte[] body) {
            if (path.endsWith("/login")) {
                return new Said(200, "{\"access_token\":\"x\",\"expires_in\":900}");
            }
            if (path.endsWith("/ingest")) {
                return take(JSON.readTree(body));
            }
            return new Said(
                    200,
                    path.endsWith("/metrics")
                            ? metrics(query)
                            : section(path.substring(path.lastIndexOf('/') + 1), query));
        }

        private Said take(JsonNode batch) {
            for (var item : batch.get("items")) {
                if (item.get("type").asString().equals("metrics")) {
                    var values = new TreeMap<SeriesName, Double>(Comparator.comparing(SeriesName::toString));
                    item.get("samples")
                            .forEach(sample -> values.put(
                                    SeriesName.of(sample.get("name").asString(), sample.path("labels")),
                                    sample.get("value").asDouble()));
                    moments.put(
                            Instant.parse(item.get("captured_at").asString()).toEpochMilli(), values);
                } else if (item.get("type").asString().equals("inventory")) {
                    sections.put(item.get("section").asString(), item);
                }
            }
            return refusesTheSecond && batch.get("seq").asInt() == 2
                    ? new Said(403, "{\"code\":\"SIGNATURE_INVALID\"}")
                    : new Said(202, "{\"accepted\":1,\"duplicate\":false,\"rejected\":[]}");
        }

        private String metrics(String query) {
            var asked = parameters(query);
            var answer = JSON.createObjectNode().put("interval", "raw");
            var all = answer.putArray("series");
            var range = moments.subMap(
                    Instant.parse(asked.get("from")).toEpochMilli(),
                    Instant.parse(asked.get("to")).toEpochMilli());
            Set<SeriesName> names = range.values().stream()
                    .flatMap(values -> values.keySet().stream())
                    .collect(Collectors.toSet());
            for (var name : names) {
                var series = all.addObject().put("name", name.name());
                series.set("labels", JSON.valueToTree(name.labels()));
                var points = series.putArray("points");
                range.forEach((at, values) -> {
                    if (values.containsKey(name)) {
                        points.addArray().add(at).add(values.get(name));
                    }
                });
            }
            return answer.toString();
        }

        private String section(String name, String query) {
            var asked = parameters(query);
            var told = sections.get(name);
            var offset = Integer.parseInt(asked.get("offset"));
            var answer = JSON.createObjectNode()
                    .put("observed_at", told.get("observed_at").asString())
                    .put("total", told.get("data").size());
            var page = answer.putArray("items");
            for (var i = offset; i < Math.min(offset + 200, told.get("data").size()); i++) {
                page.add(told.get("data").get(i));
            }
            return answer.toString();
        }

        private static Map<String, String> parameters(String query) {
            return Arrays.stream(
                            URLDecoder.decode(query, StandardCharsets.UTF_8).split("&"))
                    .map(pair -> pair.split("=", 2))
                    .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
        }
    }
}
