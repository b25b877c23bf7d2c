package io.wardroom.bench.simulator;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Fifty people of the administrator's tenant, each with a token of their own; they have the administrator's password.
final class PurplePeople {
    /// How long their tokens surely hold.
    static final Duration GOOD_FOR = Duration.ofMinutes(12);

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TRIES = 60;
    private static final Map<String, Integer> ROLES =
            Map.of("red_tech", 15, "blue_tech", 15, "red_lead", 5, "blue_lead", 5, "viewer", 10);

    private final JsonMapper json = new JsonMapper();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final Options options;
    private final List<Person> all = new ArrayList<>();

    PurplePeople(Options options) {
        this.options = options;
    }

    record Person(UUID id, UUID tenant, String role, String token) {}

    /// Makes those that are not there, and lets each log in.
    void arrive() throws IOException, InterruptedException {
        var admin = login(options.user());
        for (var role : ROLES.entrySet()) {
            for (var i = 1; i <= role.getValue(); i++) {
                var name = "bench-%s-%02d".formatted(role.getKey().replace('_', '-'), i);
                var made = patiently(
                        "POST",
                        "/users",
                        admin.token(),
                        Map.of(
                                "username",
                                name,
                                "email",
                                name + "@example.org",
                                "password",
                                options.password(),
                                "role",
                                role.getKey()));
                if (made.statusCode() != 201 && made.statusCode() != 409) {
                    throw new IOException("user %s: %d %s".formatted(name, made.statusCode(), made.body()));
                }
                all.add(login(name));
            }
        }
    }

    private Person login(String name) throws IOException, InterruptedException {
        var answer = patiently("POST", "/auth/login", null, Map.of("username", name, "password", options.password()));
        if (answer.statusCode() != 200) {
            throw new IOException("login as %s: %d %s".formatted(name, answer.statusCode(), answer.body()));
        }
        var token = json.readTree(answer.body()).get("access_token").asString();
        var me = json.readTree(patiently("GET", "/auth/me", token, null).body());
        return new Person(
                UUID.fromString(me.get("id").asString()),
                UUID.fromString(me.get("tenant_id").asString()),
                me.get("role").asString(),
                token);
    }

    List<Person> all() {
        return all;
    }

    Person anybody() {
        return all.get(ThreadLocalRandom.current().nextInt(all.size()));
    }

    Person of(String role) {
        var those = all.stream().filter(one -> one.role().equals(role)).toList();
        return those.get(ThreadLocalRandom.current().nextInt(those.size()));
    }

    JsonNode read(String path) throws IOException, InterruptedException {
        var answer = patiently("GET", path, of("viewer").token(), null);
        if (answer.statusCode() != 200) {
            throw new IOException("%s: %d %s".formatted(path, answer.statusCode(), answer.body()));
        }
        return json.readTree(answer.body());
    }

    /// As often as it takes where too many ask.
    private HttpResponse<String> patiently(String method, String path, @Nullable String token, @Nullable Object body)
            throws IOException, InterruptedException {
        for (var attempt = 1; ; attempt++) {
            var answer = http.send(request(method, path, token, body), BodyHandlers.ofString());
            if (answer.statusCode() != 429 && answer.statusCode() != 503 || attempt == TRIES) {
                return answer;
            }
            Thread.sleep(Duration.ofSeconds(
                    answer.headers().firstValueAsLong("Retry-After").orElse(1)));
        }
    }

    /// Asks once, and reads the whole answer.
    int send(String method, String path, Person person, @Nullable Object body)
            throws IOException, InterruptedException {
        return http.send(request(method, path, person.token(), body), BodyHandlers.ofByteArray())
                .statusCode();
    }

    /// @return how many bytes it was, kept nowhere
    long download(String path) throws IOException, InterruptedException {
        var answer = http.send(request("GET", path, of("viewer").token(), null), BodyHandlers.ofInputStream());
        if (answer.statusCode() != 200) {
            throw new IOException("%s: %d".formatted(path, answer.statusCode()));
        }
        try (var in = answer.body()) {
            return in.transferTo(java.io.OutputStream.nullOutputStream());
        }
    }

    private HttpRequest request(String method, String path, @Nullable String token, @Nullable Object body) {
        var request = HttpRequest.newBuilder(URI.create(options.gateway() + "/api/v1" + path))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null
                                ? BodyPublishers.noBody()
                                : BodyPublishers.ofByteArray(json.writeValueAsBytes(body)));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (options.forwarded()) {
            request.header("X-Forwarded-For", Suite.address());
        }
        return request.build();
    }
}
