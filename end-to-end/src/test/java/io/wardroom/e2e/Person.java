package io.wardroom.e2e;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Somebody at the gateway with a token.
record Person(String token) {
    /// Logs in at the gateway, as people do.
    static Person loggedIn(String username, String password) {
        var form = Answer.JSON.writeValueAsBytes(Map.of("username", username, "password", password));
        return new Person(Http.send(
                        "POST",
                        TheSuite.SUITE.gateway().resolve("/api/v1/auth/login"),
                        Map.of("Content-Type", "application/json"),
                        form)
                .expect(200)
                .field("access_token"));
    }

    /// Somebody of another tenant or role; the token comes from Keycloak itself, which the login limit does not count.
    static Person of(UUID tenant, String role) {
        return new Person(TheSuite.STACK.accessToken(TheSuite.STACK.newUser(tenant, role)));
    }

    Answer get(String path) {
        return send("GET", path, null);
    }

    Answer post(String path, Object body) {
        return send("POST", path, Answer.JSON.writeValueAsString(body));
    }

    Answer send(String method, String path, String body) {
        return Http.send(
                method,
                TheSuite.SUITE.gateway().resolve(path),
                Map.of("Authorization", "Bearer " + token, "Content-Type", "application/json"),
                body == null ? null : body.getBytes(StandardCharsets.UTF_8));
    }

    /// Sends a file as a browser's form does.
    Answer upload(String path, String name, String content) {
        var boundary = UUID.randomUUID().toString();
        var form = """
                --%1$s\r
                Content-Disposition: form-data; name="file"; filename="%2$s"\r
                Content-Type: text/plain\r
                \r
                %3$s\r
                --%1$s--\r
                """.formatted(boundary, name, content);
        return Http.send(
                "POST",
                TheSuite.SUITE.gateway().resolve(path),
                Map.of("Authorization", "Bearer " + token, "Content-Type", "multipart/form-data; boundary=" + boundary),
                form.getBytes(StandardCharsets.UTF_8));
    }

    String enrolmentToken() {
        return post("/api/v1/enrolment-tokens", Map.of("label", "test", "ttl_minutes", 30, "tags", List.of("e2e")))
                .expect(201)
                .field("token");
    }
}
