package io.wardroom.e2e;

import static io.wardroom.e2e.TheSuite.OWNER;
import static io.wardroom.e2e.TheSuite.SUITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/// What a host is told by an OpenTelemetry collector instead of our agent: from the gateway's door to what people read.
class CollectorTest {
    @Test
    void aCollectorsMeasurementsAreReadLikeAnAgents() throws Exception {
        var host = Http.send(
                        "POST",
                        SUITE.gateway().resolve("/api/v1/agents/register"),
                        Map.of("Authorization", "Bearer " + OWNER.enrolmentToken(), "Content-Type", "application/json"),
                        Answer.JSON.writeValueAsBytes(Map.of(
                                "hostname",
                                "collected",
                                "machine_id",
                                UUID.randomUUID().toString(),
                                "os",
                                "linux")))
                .expect(201);
        var at = Instant.now();
        var body = """
                {"resourceMetrics": [{
                  "resource": {"attributes": [{"key": "host.name", "value": {"stringValue": "collected"}}]},
                  "scopeMetrics": [{"scope": {"name": "hostmetrics"}, "metrics": [
                    {"name": "system.cpu.load_average.1m", "gauge": {"dataPoints": [
                      {"timeUnixNano": "%1$d000000", "asDouble": 0.75}]}},
                    {"name": "system.memory.usage", "sum": {"aggregationTemporality": 2, "dataPoints": [
                      {"timeUnixNano": "%1$d000000", "asInt": "4096",
                       "attributes": [{"key": "state", "value": {"stringValue": "used"}}]}]}}]}]}]}
                """.formatted(at.toEpochMilli());

        // the doors learn of a new agent from the topic
        await("the collector's data accepted")
                .atMost(Duration.ofSeconds(10))
                .until(() -> send(host.field("agent_token"), body).status() != 401);
        var answer = send(host.field("agent_token"), body).expect(200);

        assertThat(answer.json()
                        .path("partialSuccess")
                        .path("rejectedDataPoints")
                        .asInt(0))
                .isZero();
        var metrics = "/api/v1/agents/%s/metrics?from=%s&to=%s&interval=raw"
                .formatted(host.field("agent_id"), at.minusSeconds(60), at.plusSeconds(60));
        await("both series").atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            var series = OWNER.get(metrics).expect(200).json().get("series");
            assertThat(series.findValuesAsString("name"))
                    .containsExactlyInAnyOrder("system.cpu.load_average.1m", "system.memory.usage");
            // sent twice, the same request is stored once
            series.forEach(one -> assertThat(one.get("points").size()).isEqualTo(1));
        });
        assertThat(OWNER.get("/api/v1/agents/" + host.field("agent_id"))
                        .expect(200)
                        .field("status"))
                .isEqualTo("online");
    }

    private static Answer send(String token, String body) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(body.getBytes(StandardCharsets.UTF_8));
        }
        return Http.send(
                "POST",
                SUITE.gateway().resolve("/api/v1/otlp/v1/metrics"),
                Map.of(
                        "Authorization", "Bearer " + token,
                        "Content-Type", "application/json",
                        "Content-Encoding", "gzip"),
                packed.toByteArray());
    }
}
