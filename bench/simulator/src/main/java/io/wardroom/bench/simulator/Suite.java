package io.wardroom.bench.simulator;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The suite as a person and a new agent see it: the few calls around the load.
final class Suite {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int TRIES = 20;

    private final JsonMapper json = new JsonMapper();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final Options options;
    private String accessToken = "";
    private Instant goodUntil = Instant.EPOCH;

    Suite(Options options) {
        this.options = options;
    }

    record Answer(int status, JsonNode body, int retryAfter) {}

    /// A person's token, fresh enough.
    private synchronized String person() throws IOException, InterruptedException {
        if (Instant.now().isAfter(goodUntil)) {
            var answer = send(
                    "POST", "/auth/login", null, Map.of("username", options.user(), "password", options.password()));
            if (answer.status() != 200) {
                throw new IOException("login as %s: %d %s".formatted(options.user(), answer.status(), answer.body()));
            }
            accessToken = answer.body().get("access_token").asString();
            goodUntil = Instant.now()
                    .plusSeconds(Math.max(30, answer.body().path("expires_in").asInt(300) - 60));
        }
        return accessToken;
    }

    /// A token with which new agents register.
    String enrolmentToken() throws IOException, InterruptedException {
        var answer = send(
                "POST",
                "/enrolment-tokens",
                person(),
                Map.of("label", "simulator", "ttl_minutes", 120, "tags", List.of("simulated")));
        if (answer.status() != 201) {
            throw new IOException("enrolment token: %d %s".formatted(answer.status(), answer.body()));
        }
        return answer.body().get("token").asString();
    }

    /// Registers one agent; waits where the hub limits registrations.
    JsonNode register(String enrolmentToken, String machine, String publicKey)
            throws IOException, InterruptedException {
        var form = Map.ofEntries(
                Map.entry("hostname", machine),
                Map.entry("machine_id", machine),
                Map.entry("os", "linux"),
                Map.entry("distro", "debian"),
                Map.entry("kernel", "6.1"),
                Map.entry("arch", "amd64"),
                Map.entry("cpu_model", "simulated"),
                Map.entry("cpu_cores", 8),
                Map.entry("ram_total_bytes", 1L << 35),
                Map.entry("agent_version", "0.1.0"),
                Map.entry("labels", Map.of()),
                Map.entry("signing_pubkey", publicKey));
        for (var attempt = 0; attempt < TRIES; attempt++) {
            var answer = send("POST", "/agents/register", enrolmentToken, form);
            if (answer.status() == 201) {
                return answer.body();
            }
            if (answer.status() != 429) {
                throw new IOException("register: %d %s".formatted(answer.status(), answer.body()));
            }
            Thread.sleep(Duration.ofSeconds(Math.max(1, answer.retryAfter())));
        }
        throw new IOException("registrations are limited: raise the limit or trust this host's X-Forwarded-For");
    }

    Answer heartbeat(String agentId, String token) throws IOException, InterruptedException {
        return send("POST", "/agents/" + agentId + "/heartbeat", token, Map.of());
    }

    Answer points(String agentId, String name, Instant from, Instant to) throws IOException, InterruptedException {
        return series(agentId, name, from, to, "raw");
    }

    Answer series(String agentId, String name, Instant from, Instant to, String interval)
            throws IOException, InterruptedException {
        return send(
                "GET",
                "/agents/%s/metrics?from=%s&to=%s&interval=%s&name=%s".formatted(agentId, from, to, interval, name),
                person(),
                null);
    }

    /// What a person reads at a path, asked again where too many ask or something is just being started.
    JsonNode read(String path) throws IOException, InterruptedException {
        for (var attempt = 1; ; attempt++) {
            var answer = send("GET", path, person(), null);
            if (answer.status() == 200) {
                return answer.body();
            }
            if (answer.status() != 429 && answer.status() != 503 || attempt == TRIES) {
                throw new IOException("%s: %d %s".formatted(path, answer.status(), answer.body()));
            }
            Thread.sleep(Duration.ofSeconds(Math.max(1, answer.retryAfter())));
        }
    }

    /// As a person reads it, in full; for measurements.
    int readAway(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(options.gateway() + "/api/v1" + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + person());
        if (options.forwarded()) {
            request.header("X-Forwarded-For", address());
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray())
                .statusCode();
    }

    /// Sends one signed batch, and waits for its answer.
    Answer ingest(VirtualAgent agent, byte[] body) throws IOException, InterruptedException {
        return ingest(agent.token(), agent.key().sign(body), body);
    }

    Answer ingest(String token, byte[] signature, byte[] body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(options.ingest() + "/api/v1/ingest"))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + token)
                .header("X-Monsys-Signature", new String(signature, StandardCharsets.ISO_8859_1))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        return answer(http.send(request, HttpResponse.BodyHandlers.ofByteArray()));
    }

    private Answer send(String method, String path, @Nullable String token, @Nullable Object body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(options.gateway() + "/api/v1" + path))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json");
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (options.forwarded()) {
            request.header("X-Forwarded-For", address());
        }
        request.method(
                method,
                body == null
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofByteArray(json.writeValueAsBytes(body)));
        return answer(http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray()));
    }

    private Answer answer(HttpResponse<byte[]> response) {
        return new Answer(
                response.statusCode(),
                response.body().length == 0 ? json.nullNode() : json.readTree(response.body()),
                response.headers()
                        .firstValue("Retry-After")
                        .filter(text -> text.matches("[0-9]{1,5}"))
                        .map(Integer::parseInt)
                        .orElse(1));
    }

    /// One of the 16 million addresses of 10.0.0.0/8.
    static String address() {
        var random = ThreadLocalRandom.current();
        return "10.%d.%d.%d".formatted(random.nextInt(256), random.nextInt(256), random.nextInt(256));
    }
}
