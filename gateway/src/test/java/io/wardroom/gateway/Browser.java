package io.wardroom.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.HttpCookie;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/// Keeps the cookies that it was given, and shows them.
public final class Browser {
    public static final String SESSION = "__Host-wardroom_session";
    public static final String CSRF = "__Host-wardroom_csrf";

    private final Map<String, String> cookies = new HashMap<>();

    public static Browser with(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var browser = new Browser();
        browser.take(answer);
        return browser;
    }

    public void take(HttpResponse<String> answer) {
        for (var header : answer.headers().allValues("Set-Cookie")) {
            var cookie = HttpCookie.parse(header).getFirst();
            if (cookie.getMaxAge() == 0) {
                cookies.remove(cookie.getName());
            } else {
                cookies.put(cookie.getName(), cookie.getValue());
            }
        }
    }

    public String cookie(String name) {
        return cookies.getOrDefault(name, "");
    }

    public boolean isEmpty() {
        return cookies.isEmpty();
    }

    public Browser put(String name, String value) {
        cookies.put(name, value);
        return this;
    }

    public HttpRequest.Builder in(HttpRequest.Builder request) {
        if (cookies.isEmpty()) {
            return request;
        }
        return request.header(
                "Cookie",
                cookies.entrySet().stream()
                        .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                        .collect(Collectors.joining("; ")));
    }

    /// As a script of ours would write.
    public HttpRequest.Builder writing(HttpRequest.Builder request) {
        return in(request).header("X-CSRF-Token", cookie(CSRF));
    }
}
