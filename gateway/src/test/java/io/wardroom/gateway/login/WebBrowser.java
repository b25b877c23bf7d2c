package io.wardroom.gateway.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.gateway.Browser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What a browser does between the gateway and Keycloak: keeps each one's cookies, and fills Keycloak's form.
final class WebBrowser {
    static final String PENDING = "__Host-wardroom_login";
    private static final Pattern FORM = Pattern.compile("<form[^>]*action=\"([^\"]+)\"");

    private final HttpClient http;
    private final URI gateway;
    private final String address;
    private final Map<Integer, Browser> cookies = new HashMap<>();

    /// @param gateway where it really listens: what its public address is called leads there
    /// @param address of the client
    WebBrowser(HttpClient http, URI gateway, String address) {
        this.http = http;
        this.gateway = gateway;
        this.address = address;
    }

    String address() {
        return address;
    }

    HttpResponse<String> get(String path) {
        return get(gateway.resolve(path));
    }

    HttpResponse<String> get(URI uri) {
        return send(HttpRequest.newBuilder(uri));
    }

    HttpResponse<String> logOut() {
        return send(HttpRequest.newBuilder(gateway.resolve("/api/v1/auth/logout"))
                .header("X-CSRF-Token", cookie(Browser.CSRF))
                .POST(BodyPublishers.noBody()));
    }

    /// Fills the form of Keycloak's page.
    HttpResponse<String> submit(HttpResponse<String> page, Map<String, String> fields) {
        var form = FORM.matcher(page.body());
        assertThat(form.find()).as(page.body()).isTrue();
        var body = fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return send(HttpRequest.newBuilder(URI.create(form.group(1).replace("&amp;", "&")))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body)));
    }

    /// Where an answer leads, at the gateway's real address if it is there.
    URI next(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(302);
        var location =
                answer.uri().resolve(answer.headers().firstValue("Location").orElseThrow());
        return location.getPath().startsWith("/api/")
                ? gateway.resolve(location.getRawPath() + "?" + location.getRawQuery())
                : location;
    }

    String cookie(String name) {
        return of(gateway).cookie(name);
    }

    void put(String name, String value) {
        of(gateway).put(name, value);
    }

    /// What is kept of one host, by its port.
    private Browser of(URI uri) {
        return cookies.computeIfAbsent(uri.getPort(), _ -> new Browser());
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        var uri = request.copy().build().uri();
        request.timeout(Duration.ofSeconds(30));
        if (uri.getPort() == gateway.getPort()) {
            request.header("X-Forwarded-For", address);
        }
        try {
            var answer = http.send(of(uri).in(request).build(), BodyHandlers.ofString());
            of(uri).take(answer);
            return answer;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }
}
