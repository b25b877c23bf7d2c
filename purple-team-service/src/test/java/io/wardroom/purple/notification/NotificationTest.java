package io.wardroom.purple.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.common.security.Role;
import io.wardroom.purple.Calls;
import io.wardroom.purple.OnRealServers;
import io.wardroom.purple.People;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.json.JsonMapper;

class NotificationTest extends OnRealServers {
    private final People people = new People(STACK);

    @LocalServerPort
    private int port;

    @Autowired
    private JsonMapper json;

    private Calls calls;
    private String test;

    @BeforeEach
    void aDraft() {
        calls = new Calls(port, json);
        var technique = calls.send(
                "POST",
                "/techniques",
                people.token(Role.ADMIN),
                Map.of("mitre_id", "OWN-" + System.nanoTime(), "name", "Of our own", "tactic", "execution"));
        test = calls.send(
                        "POST",
                        "/tests",
                        people.token(Role.RED_TECH),
                        Map.of("technique_id", technique.at("/id").asString(), "name", "Run it"))
                .at("/id")
                .asString();
    }

    @Test
    void eachOfTheFiveStepsIsToldToThoseItConcernsAndToNobodyElse() {
        var otherRed = people.another(Role.RED_TECH).token();
        var otherBlue = people.another(Role.BLUE_TECH).token();
        through("start-execution", "submit-red", "submit-blue");
        calls.send("POST", "/tests/" + test + "/reject", people.token(Role.BLUE_LEAD), null)
                .ok();
        calls.send("POST", "/tests/" + test + "/reopen", people.token(Role.RED_LEAD), null)
                .ok();
        through("start-execution", "submit-red", "submit-blue");
        calls.send("POST", "/tests/" + test + "/validate", people.token(Role.ADMIN), Map.of("result", "detected"))
                .ok();

        assertThat(types(people.token(Role.RED_TECH)))
                .containsExactly("test_validated", "test_red_executing", "test_rejected", "test_red_executing");
        assertThat(types(people.token(Role.BLUE_TECH))).containsExactly("test_blue_evaluating", "test_blue_evaluating");
        assertThat(types(otherBlue)).containsExactly("test_blue_evaluating", "test_blue_evaluating");
        assertThat(types(people.token(Role.RED_LEAD))).containsExactly("test_in_review", "test_in_review");
        assertThat(types(people.token(Role.BLUE_LEAD))).containsExactly("test_in_review", "test_in_review");
        assertThat(types(otherRed)).isEmpty();
        assertThat(types(people.token(Role.ADMIN))).isEmpty();
        assertThat(types(people.token(Role.VIEWER))).isEmpty();

        var blue = people.token(Role.BLUE_TECH);
        assertThat(unread(blue)).isEqualTo(2);
        var first = calls.get("/notifications?limit=1", blue).ok();
        assertThat(first.at("/total").asInt()).isEqualTo(2);
        assertThat(first.at("/items/0/test_id").asString()).isEqualTo(test);
        var path = "/notifications/" + first.at("/items/0/id").asString() + "/read";
        assertThat(calls.send("PATCH", path, blue, null).ok().at("/is_read").asBoolean())
                .isTrue();
        calls.send("PATCH", path, blue, null).ok();
        assertThat(unread(blue)).isEqualTo(1);
        assertThat(unread(otherBlue)).isEqualTo(2);
        assertThat(calls.send("PATCH", path, otherRed, null).status()).isEqualTo(404);
        calls.send("POST", "/notifications/read-all", blue, null).ok();
        assertThat(unread(blue)).isZero();
        assertThat(unread(otherBlue)).isEqualTo(2);
        calls.send("POST", "/notifications/read-all", people.token(Role.VIEWER), null)
                .ok();
        assertThat(calls.get("/notifications?limit=101", blue).status()).isEqualTo(400);
    }

    @Test
    void theStreamPushesWhatIsTold() throws Exception {
        var lines = new ConcurrentLinkedQueue<String>();
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + port + "/api/v1/notifications/stream"))
                    .header("Authorization", "Bearer " + people.token(Role.BLUE_TECH))
                    .build();
            var reading = http.sendAsync(request, BodyHandlers.ofLines()).thenApply(answer -> {
                lines.add(answer.statusCode() + " "
                        + answer.headers().firstValue("content-type").orElse(""));
                return answer.body();
            });
            var reader = Thread.ofVirtual().start(() -> {
                try (Stream<String> body = reading.join()) {
                    body.forEach(lines::add);
                } catch (RuntimeException hungUp) {
                    lines.add("end");
                }
            });
            await("the stream").atMost(Duration.ofSeconds(10)).until(() -> lines.contains(":listening"));
            assertThat(lines.peek()).startsWith("200 text/event-stream");

            through("start-execution", "submit-red");

            await("the push").atMost(Duration.ofSeconds(10)).until(() -> lines.stream()
                    .anyMatch(line -> line.contains("test_blue_evaluating")));
            assertThat(lines).contains("event:notification");
            assertThat(lines.stream().filter(line -> line.startsWith("data:"))).hasSize(1);
            http.shutdownNow();
            reader.join();
        }
    }

    private void through(String... steps) {
        for (var step : steps) {
            var role = step.endsWith("blue") ? Role.BLUE_TECH : Role.RED_TECH;
            calls.send("POST", "/tests/" + test + "/" + step, people.token(role), null)
                    .ok();
        }
    }

    private int unread(String token) {
        return calls.get("/notifications/unread-count", token)
                .ok()
                .at("/unread_count")
                .asInt();
    }

    private List<String> types(String token) {
        return calls.get("/notifications", token)
                .ok()
                .at("/items")
                .valueStream()
                .map(item -> item.get("type").asString())
                .toList();
    }
}
