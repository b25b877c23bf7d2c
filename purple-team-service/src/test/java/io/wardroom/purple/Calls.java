package io.wardroom.purple;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Asks the service as a person would.
public final class Calls {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newHttpClient();
    private final int port;
    private final JsonMapper json;

    public Calls(int port, JsonMapper json) {
        this.port = port;
        this.json = json;
    }

    public record Answer(int status, String raw, JsonNode body) {
        public Answer ok() {
            assertThat(status).as(raw).isEqualTo(200);
            return this;
        }

        public JsonNode at(String pointer) {
            return body.at(pointer);
        }
    }

    public Answer get(String path, @Nullable String token) {
        return send("GET", path, token, null);
    }

    public Answer send(String method, String path, @Nullable String token, @Nullable Object body) {
        var text = body == null ? null : body instanceof String raw ? raw : json.writeValueAsString(body);
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1" + path))
                .timeout(PATIENCE)
                .method(method, text == null ? BodyPublishers.noBody() : BodyPublishers.ofString(text))
                .header("Content-Type", "application/json");
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            var response = http.send(request.build(), BodyHandlers.ofString());
            var answer = response.body();
            return new Answer(
                    response.statusCode(), answer, answer.isEmpty() ? json.createObjectNode() : json.readTree(answer));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }
}
