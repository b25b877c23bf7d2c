package io.wardroom.local;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/// Requests to the stack's own servers, each with a time limit.
final class Http {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    record Answer(int status, String body, String location) {
        boolean ok() {
            return status >= 200 && status < 300;
        }
    }

    Answer get(String url, String bearer) throws IOException {
        return send(request(url, bearer).GET());
    }

    Answer json(String method, String url, String bearer, String body) throws IOException {
        return send(request(url, bearer)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body)));
    }

    Answer form(String url, Map<String, String> fields) throws IOException {
        var body = fields.entrySet().stream()
                .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
                .collect(Collectors.joining("&"));
        return send(request(url, "")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static HttpRequest.Builder request(String url, String bearer) {
        var request = HttpRequest.newBuilder(URI.create(url)).timeout(LIMIT).header("Accept", "application/json");
        return bearer.isEmpty() ? request : request.header("Authorization", "Bearer " + bearer);
    }

    private Answer send(HttpRequest.Builder request) throws IOException {
        try {
            var response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(
                    response.statusCode(),
                    response.body(),
                    response.headers().firstValue("Location").orElse(""));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stopped);
        }
    }
}
