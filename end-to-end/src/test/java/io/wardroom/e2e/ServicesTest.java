package io.wardroom.e2e;

import static io.wardroom.e2e.TheSuite.OWNER;
import static io.wardroom.e2e.TheSuite.STACK;
import static io.wardroom.e2e.TheSuite.SUITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.local.Service;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What every service answers, with a feature or without.
class ServicesTest {
    @ParameterizedTest
    @EnumSource(Service.class)
    void isHealthyMeasuredAndLogsJson(Service service) throws Exception {
        var management = SUITE.address(service.management());
        for (var probe : new String[] {"health", "health/readiness", "health/liveness"}) {
            assertThat(Http.send("GET", management.resolve("/actuator/" + probe), Map.of(), null)
                            .expect(200)
                            .field("status"))
                    .as(probe)
                    .isEqualTo("UP");
        }
        assertThat(Http.send("GET", management.resolve("/actuator/prometheus"), Map.of(), null)
                        .expect(200)
                        .text())
                .contains("jvm_memory_used_bytes{application=\"%s\"".formatted(service.folder()));
        var lines = Files.readAllLines(SUITE.log(service.folder()));
        assertThat(lines).isNotEmpty();
        assertThat(lines.stream()
                        .filter(line -> line.startsWith("{"))
                        .map(line -> Answer.JSON.readTree(line).get("message"))
                        .toList())
                .isNotEmpty()
                .doesNotContainNull();
    }

    @ParameterizedTest
    @EnumSource(value = Service.class, names = "GATEWAY", mode = EnumSource.Mode.EXCLUDE)
    void verifiesTokensItself(Service service) {
        var address = SUITE.address(service.port()).resolve("/api/v1/no-such-route");

        assertThat(Http.send("GET", address, Map.of(), null).expect(401).field("code"))
                .isEqualTo("UNAUTHORIZED");
        assertThat(Http.send("GET", address, Map.of("Authorization", "Bearer " + OWNER.token()), null)
                        .expect(404)
                        .field("code"))
                .isEqualTo("ROUTE_NOT_FOUND");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/cloud/accounts",
                "/api/v1/compliance/frameworks",
                "/api/v1/console/sessions",
                "/api/v1/nothing/of/ours"
            })
    void aRouteThatIsNotBuiltIsNotFound(String path) {
        var answer = OWNER.get(path).expect(404);

        assertThat(answer.field("code")).isEqualTo("ROUTE_NOT_FOUND");
        assertThat(answer.headers().firstValue("X-Request-Id")).isPresent();
    }

    @Test
    void aTraceGoesOnThroughServiceOutboxAndTopic() {
        var trace = UUID.randomUUID().toString().replace("-", "");
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", STACK.environmentOf("audit-service").get("WARDROOM_KAFKA")),
                new StringDeserializer(),
                new StringDeserializer())) {
            var partitions = consumer.partitionsFor("audit.actions.v1").stream()
                    .map(one -> new TopicPartition(one.topic(), one.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            partitions.forEach(consumer::position);

            var created = Http.send(
                            "POST",
                            SUITE.gateway().resolve("/api/v1/enrolment-tokens"),
                            Map.of(
                                    "Authorization",
                                    "Bearer " + OWNER.token(),
                                    "Content-Type",
                                    "application/json",
                                    "traceparent",
                                    "00-%s-00f067aa0ba902b7-01".formatted(trace)),
                            "{\"label\":\"traced\",\"ttl_minutes\":5,\"tags\":[]}".getBytes(StandardCharsets.UTF_8))
                    .expect(201)
                    .field("id");

            var traces = new ArrayList<String>();
            await("the event of what was done").atMost(Duration.ofSeconds(15)).until(() -> {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> {
                    var header = record.headers().lastHeader("traceparent");
                    if (record.value().contains(created) && header != null) {
                        traces.add(new String(header.value(), StandardCharsets.UTF_8));
                    }
                });
                return !traces.isEmpty();
            });
            assertThat(traces).singleElement().asString().startsWith("00-" + trace + "-");
        }
    }

    @Test
    void anotherMethodIsNotAllowed() {
        assertThat(OWNER.send("DELETE", "/api/v1/agents", null).expect(405).field("code"))
                .isEqualTo("METHOD_NOT_ALLOWED");
        assertThat(OWNER.send("DELETE", "/api/v1/health", null).expect(405).field("code"))
                .isEqualTo("METHOD_NOT_ALLOWED");
    }

    @Test
    void theGatewayTellsItsStateAndTheWholeDocument() {
        assertThat(anonymous("/api/v1/health").expect(200).field("status")).isEqualTo("ok");
        assertThat(anonymous("/metrics").expect(200).text()).contains("jvm_memory_used_bytes");
        assertThat(anonymous("/docs").status()).isIn(200, 302);
        assertThat(anonymous("/redoc").status()).isIn(200, 302);
        var document = anonymous("/openapi.json").expect(200).json();
        assertThat(document.findValues("parameters").stream()
                        .flatMap(parameters -> parameters.valueStream())
                        .map(parameter -> parameter.path("name").asString()))
                .contains("interval")
                .doesNotContain("tenant", "actor", "caller");
        var paths = document.get("paths");
        assertThat(paths.propertyNames())
                .contains(
                        "/api/v1/ingest",
                        "/api/v1/agents",
                        "/api/v1/agents/{id}",
                        "/api/v1/agents/{id}/metrics",
                        "/api/v1/agents/register",
                        "/api/v1/audit-logs",
                        "/api/v1/auth/login",
                        "/api/v1/enrolment-tokens");
    }

    private static Answer anonymous(String path) {
        return Http.send("GET", SUITE.gateway().resolve(path), Map.of(), null);
    }
}
