package io.wardroom.ingest.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.DataPointFlags;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.opentelemetry.proto.resource.v1.Resource;
import io.wardroom.common.event.Topics;
import io.wardroom.common.telemetry.ValueCodec;
import io.wardroom.common.telemetry.proto.Layout;
import io.wardroom.ingest.RunningIngest;
import io.wardroom.ingest.TestAgent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a collector may send, and where it ends.
class OtlpTest {
    private static final String PROTOBUF = "application/x-protobuf";
    private static final String JSON = "application/json";
    private static final String[] SMALL = {
        "--wardroom.ingest.quota.series-per-agent=20",
        "--wardroom.ingest.quota.bytes-per-day=60B",
        "--wardroom.ingest.limits.samples=100",
        "--spring.kafka.producer.properties.delivery.timeout.ms=2000",
        "--spring.kafka.producer.properties.request.timeout.ms=1000",
        "--spring.kafka.producer.properties.max.block.ms=1000"
    };

    private static RunningIngest ingest;
    private static HttpClient http;

    private final Instant at = Instant.now().minusSeconds(30).truncatedTo(ChronoUnit.MILLIS);

    @BeforeAll
    static void start() {
        ingest = RunningIngest.start(SMALL);
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        http.close();
        ingest.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {PROTOBUF, JSON, PROTOBUF + "+gzip", JSON + "+gzip"})
    void theSamePointsAsFromOurAgentEndInTheSameSeries(String form) throws Exception {
        var collector = ingest.enrol(TestAgent.withoutKey());
        var ours = ingest.enrol(TestAgent.signing());
        var request = request(
                gauge("system.cpu.utilization", point(0.25, "state", "user", "cpu", "cpu0")),
                gauge("system.cpu.utilization", point(0.5, "cpu.mode", "wait", "cpu.logical_number", 1)),
                sum("system.memory.usage", false, point(1024, "system.memory.state", "buffered")),
                sum(
                        "system.network.io",
                        true,
                        point(77, "network.interface.name", "eth0", "network.io.direction", "receive")),
                sum("system.disk.io", true, point(88, "system.device", "/dev/sda", "disk.io.direction", "read")),
                gauge(
                        "system.filesystem.usage",
                        point(
                                9,
                                "device",
                                "/dev/sda1",
                                "mountpoint",
                                "/",
                                "state",
                                "used",
                                "type",
                                "ext4",
                                "mode",
                                "rw")));

        var answer = post(collector, form, encode(form, request.toByteArray(), request));
        ingest.ingest(ours, """
                {"batch_id": "%s", "items": [{"type": "metrics", "captured_at": "%s", "samples": [
                  {"name": "system.cpu.utilization", "value": 0.25, "labels": {"cpu": "0", "mode": "user"}},
                  {"name": "system.cpu.utilization", "value": 0.5, "labels": {"cpu": "1", "mode": "iowait"}},
                  {"name": "system.memory.usage", "value": 1024, "labels": {"state": "buffers"}},
                  {"name": "system.network.io", "value": 77, "labels": {"device": "eth0", "direction": "receive"}},
                  {"name": "system.disk.io", "value": 88, "labels": {"device": "sda", "direction": "read"}},
                  {"name": "system.filesystem.usage", "value": 9,
                   "labels": {"device": "/dev/sda1", "mountpoint": "/", "state": "used"}}]}]}
                """.formatted(UUID.randomUUID(), at));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue(form.replace("+gzip", ""));
        assertThat(response(answer)).isEqualTo(ExportMetricsServiceResponse.getDefaultInstance());
        assertThat(points(collector)).hasSize(6).isEqualTo(points(ours));
    }

    @Test
    void aRequestThatComesTwiceIsStoredOnce() throws Exception {
        var collector = ingest.enrol(TestAgent.withoutKey());
        var request = request(gauge("up", point(1)), histogram("latency")).toByteArray();

        var first = post(collector, PROTOBUF, request);
        var second = post(collector, PROTOBUF, request);

        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(response(second)).isEqualTo(response(first));
        assertThat(RunningIngest.metrics(collector)).hasSize(1);
    }

    @Test
    void pointsThatCannotBeStoredAreCountedAndTakeNoGoodOneAlong() throws Exception {
        var collector = ingest.enrol(TestAgent.withoutKey());
        var old = point(1).toBuilder()
                .setTimeUnixNano(nanos(at.minus(Duration.ofDays(30))))
                .build();
        var request = request(
                gauge("good", point(1, "zone", "a"), point(2, "zone", "b")),
                delta("delta", point(1)),
                histogram("latency"),
                gauge("not.a.number", point(Double.NaN), point(Double.POSITIVE_INFINITY)),
                gauge("", point(1)),
                gauge("nul\0", point(1)),
                gauge("x".repeat(10_000), point(1)),
                gauge("labels", point(1, "key", "\0"), point(1, "key", "y".repeat(10_000)), point(1, "", "no key")),
                gauge("list", listed()),
                gauge("old", old),
                gauge("twice", point(1), point(2)),
                gauge(
                        "nothing",
                        NumberDataPoint.newBuilder().setTimeUnixNano(nanos(at)).build()),
                gauge(
                        "ended",
                        NumberDataPoint.newBuilder()
                                .setFlags(DataPointFlags.DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK_VALUE)
                                .build()),
                gauge("emoji 🚀 <b>'; drop table agent; --", point(3, "emoji 🚀", "<script>")));

        for (var form : new String[] {PROTOBUF, JSON}) {
            var answer = post(collector, form, encode(form, request.toByteArray(), request));

            assertThat(answer.statusCode()).isEqualTo(200);
            var partial = response(answer).getPartialSuccess();
            assertThat(partial.getRejectedDataPoints()).isEqualTo(14);
            assertThat(partial.getErrorMessage()).contains("delta");
        }
        assertThat(points(collector).keySet())
                .containsExactlyInAnyOrder(
                        "good{service.name=shop, zone=a}",
                        "good{service.name=shop, zone=b}",
                        "twice{service.name=shop}",
                        "emoji 🚀 <b>'; drop table agent; --{emoji 🚀=<script>, service.name=shop}");
    }

    @Test
    void onlyWhatTellsResourcesApartBecomesALabel() throws Exception {
        var collector = ingest.enrol(TestAgent.withoutKey());
        var request = request(gauge("queue.length", point(5)), gauge("system.cpu.load_average.1m", point(0.5)));

        post(collector, PROTOBUF, request.toByteArray());

        assertThat(points(collector).keySet())
                .containsExactlyInAnyOrder("queue.length{service.name=shop}", "system.cpu.load_average.1m{}");
    }

    @Test
    void anEmptyRequestSaysThatTheHostLives() throws Exception {
        var collector = ingest.enrol(TestAgent.withoutKey());
        var before =
                RunningIngest.records(Topics.TELEMETRY_HEARTBEATS, collector).size();

        var answer = post(collector, PROTOBUF, new byte[0]);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        assertThat(RunningIngest.records(Topics.TELEMETRY_HEARTBEATS, collector))
                .hasSize(before + 1);
    }

    @Test
    void whatIsNoRequestIsRefusedInItsOwnForm() throws Exception {
        var collector = ingest.enrol(TestAgent.withoutKey());
        var garbage = "\u0001garbage".getBytes(StandardCharsets.UTF_8);

        for (var body : new String[] {
            "{\"resourceMetrics\": 1}",
            "{",
            "",
            "nonsense",
            "[".repeat(200_000),
            "{\"a\":".repeat(200_000),
            "{\"resourceMetrics\":[{\"x\":\"\u0000"
        }) {
            var refused = post(collector, JSON, body.getBytes(StandardCharsets.UTF_8));
            assertThat(refused.statusCode())
                    .as(body.length() > 50 ? "deep" : body)
                    .isIn(200, 400);
            if (!body.isEmpty()) {
                assertThat(refused.statusCode()).isEqualTo(400);
                assertThat(status(refused).getCode()).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
            }
        }
        var refused = post(collector, PROTOBUF, garbage);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.headers().firstValue("Content-Type")).hasValue(PROTOBUF);
        assertThat(status(refused).getMessage()).contains("ExportMetricsServiceRequest");
        assertThat(post(collector, PROTOBUF + "+gzip", garbage).statusCode()).isEqualTo(400);
        assertThat(post(collector, "text/plain", garbage).statusCode()).isEqualTo(415);
        assertThat(post(collector, PROTOBUF, gzip(new byte[5 << 20]), "Content-Encoding", "gzip")
                        .statusCode())
                .isEqualTo(413);
        assertThat(status(post(collector, JSON, new byte[5 << 20])).getCode()).isEqualTo(Code.OUT_OF_RANGE_VALUE);
    }

    @Test
    void aSmallBodyCannotBecomeMillionsOfObjects() throws Exception {
        var collector = ingest.enrol(TestAgent.withoutKey());
        var empties = new byte[2 << 20];
        for (var i = 0; i < empties.length; i += 2) {
            // resource_metrics, of no bytes
            empties[i] = 0x0A;
        }
        var inside = ExportMetricsServiceRequest.newBuilder()
                .addResourceMetrics(ResourceMetrics.newBuilder().setResource(Resource.parseFrom(empties)))
                .build()
                .toByteArray();
        var json = "{\"resourceMetrics\":[" + "{},".repeat(1_000_000) + "{}]}";

        assertThat(post(collector, PROTOBUF + "+gzip", empties).statusCode()).isEqualTo(413);
        assertThat(post(collector, PROTOBUF, inside).statusCode()).isEqualTo(413);
        assertThat(post(collector, JSON + "+gzip", json.getBytes(StandardCharsets.UTF_8))
                        .statusCode())
                .isEqualTo(413);
    }

    @Test
    void theAgentsTableOfSignaturesHoldsHereToo() throws Exception {
        var pinned = ingest.enrol(TestAgent.signing());
        var stranger = TestAgent.withoutKey();
        var body = request(gauge("up", point(1))).toByteArray();

        var unsigned = post(pinned, PROTOBUF, body);
        var unknown = post(stranger, PROTOBUF, body);
        var signed = post(pinned, PROTOBUF, body, "X-Monsys-Signature", pinned.sign(body));

        assertThat(unsigned.statusCode()).isEqualTo(403);
        assertThat(status(unsigned).getCode()).isEqualTo(Code.PERMISSION_DENIED_VALUE);
        assertThat(unknown.statusCode()).isEqualTo(401);
        assertThat(status(unknown).getCode()).isEqualTo(Code.UNAUTHENTICATED_VALUE);
        assertThat(signed.statusCode()).isEqualTo(200);
        assertThat(RunningIngest.metrics(pinned)).hasSize(1);
    }

    @Test
    void moreSeriesThanAnAgentMayHaveAreRefusedWithTheReason() throws Exception {
        var collector = ingest.enrol(TestAgent.withoutKey());
        var ours = ingest.enrol(TestAgent.signing());
        var many = new NumberDataPoint[30];
        for (var i = 0; i < many.length; i++) {
            many[i] = point(0, "number", i);
        }

        var partial = response(
                        post(collector, PROTOBUF, request(gauge("many", many)).toByteArray()))
                .getPartialSuccess();

        assertThat(partial.getRejectedDataPoints()).isEqualTo(10);
        assertThat(partial.getErrorMessage()).startsWith("QUOTA_EXCEEDED").contains("(10)");
        assertThat(points(collector)).hasSize(20);

        var samples = new StringBuilder();
        var singles = new StringBuilder();
        for (var i = 0; i < 21; i++) {
            samples.append(i == 0 ? "" : ",").append("{\"name\":\"n%d\",\"value\":0}".formatted(i));
            singles.append(",{\"type\":\"metric\",\"name\":\"s%d\",\"value\":0}".formatted(i));
        }
        var answer = ingest.ingest(
                        ours,
                        "[{\"type\":\"metrics\",\"captured_at\":\"%s\",\"samples\":[%s]}%s]"
                                .formatted(at, samples, singles))
                .body();
        assertThat(answer.get("accepted").asInt()).isEqualTo(20);
        assertThat(answer.get("rejected").size()).isEqualTo(2);
        for (var rejected : answer.get("rejected")) {
            assertThat(rejected.get("code").asString()).isEqualTo("QUOTA_EXCEEDED");
        }
    }

    @Test
    void aTenantsBytesOfADayEndAndItsHeartbeatsDoNot() throws Exception {
        var collector = ingest.enrol(TestAgent.withoutKey());
        for (var i = 0; i < 8; i++) {
            // a double in eight bytes, and one that announces it
            var answer = post(
                    collector,
                    PROTOBUF,
                    request(gauge("pi", point(Math.PI + i))).toByteArray());
            assertThat(response(answer).getPartialSuccess().getRejectedDataPoints())
                    .isEqualTo(i < 7 ? 0 : 1);
        }

        var answer = ingest.ingest(
                        collector, "[{\"type\":\"metric\",\"name\":\"one\",\"value\":1},{\"type\":\"heartbeat\"}]")
                .body();

        assertThat(answer.get("accepted").asInt()).isEqualTo(1);
        assertThat(answer.get("rejected").get(0).get("index").asInt()).isZero();
        assertThat(answer.get("rejected").get(0).get("code").asString()).isEqualTo("QUOTA_EXCEEDED");
        assertThat(points(collector)).hasSize(1);
    }

    @Test
    void whileKafkaIsAwayTheCollectorIsAskedToComeAgain() throws Exception {
        var collector = ingest.enrol(TestAgent.withoutKey());
        var body = request(gauge("up", point(1))).toByteArray();
        RunningIngest.stack().stopKafka();
        try {
            var refused = post(collector, PROTOBUF, body);

            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("5");
            assertThat(status(refused).getCode()).isEqualTo(Code.UNAVAILABLE_VALUE);
        } finally {
            RunningIngest.stack().startKafka();
        }
        await("it is taken")
                .atMost(Duration.ofSeconds(30))
                .until(() -> post(collector, PROTOBUF, body).statusCode() == 200);
        assertThat(points(collector)).hasSize(1);
    }

    @Test
    void theRouteIsDocumented() {
        var document = ingest.send(ingest.request("/v3/api-docs").GET()).body();

        var route = document.get("paths").get("/api/v1/otlp/v1/metrics").get("post");
        assertThat(route.get("requestBody").get("content").has(PROTOBUF)).isTrue();
        assertThat(route.get("responses").has("200")).isTrue();
    }

    private ExportMetricsServiceRequest request(Metric... metrics) {
        var scope = ScopeMetrics.newBuilder();
        for (var metric : metrics) {
            scope.addMetrics(metric);
        }
        return ExportMetricsServiceRequest.newBuilder()
                .addResourceMetrics(ResourceMetrics.newBuilder()
                        .setResource(Resource.newBuilder()
                                .addAttributes(attribute("host.name", "web-1"))
                                .addAttributes(attribute("os.type", "linux"))
                                .addAttributes(attribute("service.name", "shop")))
                        .addScopeMetrics(scope))
                .build();
    }

    private NumberDataPoint point(double value, Object... attributes) {
        var point = NumberDataPoint.newBuilder().setTimeUnixNano(nanos(at));
        if (value == Math.rint(value) && !Double.isInfinite(value)) {
            point.setAsInt((long) value);
        } else {
            point.setAsDouble(value);
        }
        for (var i = 0; i < attributes.length; i += 2) {
            point.addAttributes(attribute((String) attributes[i], attributes[i + 1]));
        }
        return point.build();
    }

    private NumberDataPoint listed() {
        return point(1).toBuilder()
                .addAttributes(KeyValue.newBuilder()
                        .setKey("list")
                        .setValue(AnyValue.newBuilder().setArrayValue(ArrayValue.getDefaultInstance())))
                .build();
    }

    private static KeyValue attribute(String key, Object value) {
        var any = AnyValue.newBuilder();
        if (value instanceof Integer whole) {
            any.setIntValue(whole);
        } else {
            any.setStringValue((String) value);
        }
        return KeyValue.newBuilder().setKey(key).setValue(any).build();
    }

    private static long nanos(Instant moment) {
        return moment.toEpochMilli() * 1_000_000;
    }

    private static Metric gauge(String name, NumberDataPoint... points) {
        var gauge = Gauge.newBuilder();
        for (var point : points) {
            gauge.addDataPoints(point);
        }
        return Metric.newBuilder().setName(name).setGauge(gauge).build();
    }

    private static Metric sum(String name, boolean monotonic, NumberDataPoint point) {
        return Metric.newBuilder()
                .setName(name)
                .setSum(Sum.newBuilder()
                        .setIsMonotonic(monotonic)
                        .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                        .addDataPoints(point))
                .build();
    }

    private static Metric delta(String name, NumberDataPoint point) {
        return Metric.newBuilder()
                .setName(name)
                .setSum(Sum.newBuilder()
                        .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA)
                        .addDataPoints(point))
                .build();
    }

    private static Metric histogram(String name) {
        return Metric.newBuilder()
                .setName(name)
                .setHistogram(Histogram.newBuilder().addDataPoints(HistogramDataPoint.getDefaultInstance()))
                .build();
    }

    private static byte[] encode(String form, byte[] protobuf, ExportMetricsServiceRequest request)
            throws InvalidProtocolBufferException {
        return form.startsWith(JSON)
                ? JsonFormat.printer()
                        .print(request)
                        .replaceFirst("\\{", "{\"unknownField\": {\"a\": [1]},")
                        .getBytes(StandardCharsets.UTF_8)
                : protobuf;
    }

    private static byte[] gzip(byte[] body) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(packed)) {
            out.write(body);
        }
        return packed.toByteArray();
    }

    /// @param form the media type, with `+gzip` where the body is to be packed
    private static HttpResponse<byte[]> post(TestAgent agent, String form, byte[] body, String... headers)
            throws IOException, InterruptedException {
        var packed = form.endsWith("+gzip");
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ingest.port() + OtlpController.PATH))
                .timeout(Duration.ofSeconds(40))
                .header("Authorization", "Bearer " + agent.token())
                .header("Content-Type", form.replace("+gzip", ""))
                .POST(HttpRequest.BodyPublishers.ofByteArray(packed && body.length > 20 ? gzip(body) : body));
        if (packed) {
            request.header("Content-Encoding", "gzip");
        }
        return http.send(
                (headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofByteArray());
    }

    private static ExportMetricsServiceResponse response(HttpResponse<byte[]> answer)
            throws InvalidProtocolBufferException {
        if (isProtobuf(answer)) {
            return ExportMetricsServiceResponse.parseFrom(answer.body());
        }
        var response = ExportMetricsServiceResponse.newBuilder();
        JsonFormat.parser().merge(new String(answer.body(), StandardCharsets.UTF_8), response);
        return response.build();
    }

    private static Status status(HttpResponse<byte[]> answer) throws InvalidProtocolBufferException {
        if (isProtobuf(answer)) {
            return Status.parseFrom(answer.body());
        }
        var status = Status.newBuilder();
        JsonFormat.parser().merge(new String(answer.body(), StandardCharsets.UTF_8), status);
        return status.build();
    }

    private static boolean isProtobuf(HttpResponse<byte[]> answer) {
        return answer.headers().firstValue("Content-Type").orElse("").equals(PROTOBUF);
    }

    /// The agent's points by series, as whoever reads the topics finds them.
    private static Map<String, Map<Long, Double>> points(TestAgent agent) throws InvalidProtocolBufferException {
        var layouts = new HashMap<Object, Layout>();
        for (var record : RunningIngest.records(Topics.TELEMETRY_LAYOUTS, agent)) {
            var layout = Layout.parseFrom(record.value());
            layouts.put(layout.getLayoutId(), layout);
        }
        var points = new TreeMap<String, Map<Long, Double>>();
        for (var batch : RunningIngest.metrics(agent)) {
            for (var moment : batch.getMomentsList()) {
                var layout = layouts.get(moment.getLayoutId());
                var values = ValueCodec.unpack(moment.getValues(), layout.getSeriesCount());
                for (var i = 0; i < values.length; i++) {
                    var labels = new TreeMap<String, String>();
                    layout.getSeries(i).getLabelsList().forEach(label -> labels.put(label.getKey(), label.getValue()));
                    points.computeIfAbsent(layout.getSeries(i).getName() + labels, _ -> new TreeMap<>())
                            .put(moment.getCapturedAtMs(), values[i]);
                }
            }
        }
        return points;
    }
}
