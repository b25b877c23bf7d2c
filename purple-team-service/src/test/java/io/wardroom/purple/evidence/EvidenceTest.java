package io.wardroom.purple.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.common.security.Role;
import io.wardroom.purple.Calls;
import io.wardroom.purple.Calls.Answer;
import io.wardroom.purple.OnRealServers;
import io.wardroom.purple.People;
import io.wardroom.purple.Published;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.json.JsonMapper;

class EvidenceTest extends OnRealServers {
    private static People people;

    private final HttpClient http = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @Autowired
    private JsonMapper json;

    private Calls calls;
    private String test;

    @BeforeEach
    void aDraft() {
        if (people == null) {
            people = new People(STACK);
        }
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
    void aFileComesBackByteForByteAndAsADownloadOnly() throws Exception {
        var bytes = new byte[900_000];
        new Random(7).nextBytes(bytes);
        System.arraycopy("<!DOCTYPE html><html><script>".getBytes(StandardCharsets.US_ASCII), 0, bytes, 0, 29);

        var stored = upload(Role.RED_TECH, "../übel.png", bytes, null);

        assertThat(stored.status()).as(stored.raw()).isEqualTo(201);
        var sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        assertThat(stored.at("/sha256_hash").asString()).isEqualTo(sha256);
        assertThat(stored.at("/file_name").asString()).isEqualTo("übel.png");
        assertThat(stored.at("/content_type").asString()).isEqualTo("text/html");
        assertThat(stored.at("/team").asString()).isEqualTo("red");
        assertThat(stored.at("/test_id").asString()).isEqualTo(test);
        var id = stored.at("/id").asString();
        var shown = calls.get("/evidence/" + id, people.token(Role.VIEWER)).ok();
        var fetched = http.send(
                HttpRequest.newBuilder(URI.create(shown.at("/download_url").asString()))
                        .build(),
                BodyHandlers.ofByteArray());
        assertThat(fetched.statusCode()).isEqualTo(200);
        assertThat(fetched.body()).isEqualTo(bytes);
        assertThat(fetched.headers().firstValue("content-type")).hasValue("application/octet-stream");
        assertThat(fetched.headers().firstValue("content-disposition").orElse(""))
                .startsWith("attachment");
        assertThat(shown.at("/download_url").asString()).contains("X-Amz-Expires=900");
        var detail = calls.get("/tests/" + test, people.token(Role.BLUE_TECH)).ok();
        assertThat(detail.at("/evidences/0/id").asString()).isEqualTo(id);
        assertThat(detail.at("/evidences/0/download_url").isMissingNode()).isTrue();
        var deeds = Published.of(STACK, json, "audit.actions.v1", people.tenant.value(), found -> found.stream()
                .anyMatch(event -> event.body().get("action").asString().equals("download_evidence")
                        && event.body().get("entity_id").asString().equals(id)));
        assertThat(deeds)
                .anyMatch(event -> event.body().get("action").asString().equals("upload_evidence"));
    }

    @Test
    void eachSideAddsInItsOwnTimeAndBlueKeepsItsOwnUntilItSubmits() {
        assertThat(code(upload(Role.VIEWER, "a.txt", bytes("a"), null))).isEqualTo("403 FORBIDDEN");
        assertThat(code(upload(Role.BLUE_TECH, "a.txt", bytes("a"), null))).isEqualTo("400 BUSINESS_RULE");
        assertThat(code(upload(Role.RED_TECH, "a.txt", bytes("a"), "blue"))).isEqualTo("403 FORBIDDEN");
        assertThat(code(upload(Role.RED_TECH, "a.txt", bytes(""), null))).isEqualTo("400 VALIDATION_ERROR");
        assertThat(code(upload(Role.RED_TECH, "a.txt", bytes("a"), "green"))).isEqualTo("400 VALIDATION_ERROR");
        assertThat(code(upload(Role.RED_TECH, "a.bin", new byte[1_100_000], null)))
                .isEqualTo("413 PAYLOAD_TOO_LARGE");
        assertThat(code(upload(Role.RED_LEAD, "a.txt", bytes("a"), null))).isEqualTo("201");
        move("start-execution", Role.RED_TECH);
        move("submit-red", Role.RED_TECH);
        assertThat(code(upload(Role.RED_TECH, "a.txt", bytes("a"), null))).isEqualTo("400 BUSINESS_RULE");
        var seen = upload(Role.BLUE_TECH, "b.txt", bytes("b"), null);
        assertThat(code(seen)).isEqualTo("201");
        assertThat(code(upload(Role.ADMIN, "c.txt", bytes("c"), "red"))).isEqualTo("201");

        assertThat(listed(Role.RED_LEAD)).isEqualTo(2);
        assertThat(listed(Role.BLUE_LEAD)).isEqualTo(3);
        var path = "/evidence/" + seen.at("/id").asString();
        assertThat(calls.get(path, people.token(Role.RED_TECH)).status()).isEqualTo(404);
        assertThat(calls.get(path, people.token(Role.BLUE_TECH)).status()).isEqualTo(200);
        move("submit-blue", Role.BLUE_TECH);
        assertThat(listed(Role.RED_LEAD)).isEqualTo(3);
        assertThat(calls.get(path, people.token(Role.RED_TECH)).status()).isEqualTo(200);

        var stranger = new People(STACK).token(Role.OWNER);
        assertThat(calls.get(path, stranger).status()).isEqualTo(404);
        assertThat(send(stranger, "a.txt", bytes("a"), null).status()).isEqualTo(404);
        assertThat(calls.get("/evidence/" + UUID.randomUUID(), stranger).status())
                .isEqualTo(404);
    }

    private void move(String call, Role role) {
        calls.send("POST", "/tests/" + test + "/" + call, people.token(role), null)
                .ok();
    }

    private int listed(Role role) {
        return calls.get("/tests/" + test + "/evidence", people.token(role))
                .ok()
                .at("/total")
                .asInt();
    }

    private static String code(Answer answer) {
        return answer.status() == 201
                ? "201"
                : answer.status() + " " + answer.at("/code").asString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Answer upload(Role role, String name, byte[] bytes, @Nullable String team) {
        return send(people.token(role), name, bytes, team);
    }

    private Answer send(String token, String name, byte[] bytes, @Nullable String team) {
        var body = new ByteArrayOutputStream();
        body.writeBytes(bytes("--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name
                + "\"\r\nContent-Type: image/png\r\n\r\n"));
        body.writeBytes(bytes);
        if (team != null) {
            body.writeBytes(bytes("\r\n--limit\r\nContent-Disposition: form-data; name=\"team\"\r\n\r\n" + team));
        }
        body.writeBytes(bytes("\r\n--limit--\r\n"));
        var request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/api/v1/tests/" + test + "/evidence"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "multipart/form-data; boundary=limit")
                .POST(BodyPublishers.ofByteArray(body.toByteArray()))
                .build();
        try {
            HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
            return new Answer(answer.statusCode(), answer.body(), json.readTree(answer.body()));
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }
}
