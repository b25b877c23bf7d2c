package io.wardroom.gateway.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.gateway.OnRealServers;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageTest extends OnRealServers {
    @ParameterizedTest
    @ValueSource(strings = {"/login", "/reset-password", "/accept-invite"})
    void aPageLoadsItsTwoFilesFromHereAndNothingElse(String path) {
        var page = send(request(path));

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type")).contains("text/html;charset=utf-8");
        assertThat(page.headers().firstValue("Cache-Control")).contains("no-cache");
        assertThat(page.headers().firstValue("Referrer-Policy")).contains("no-referrer");
        assertThat(page.headers().firstValue("Content-Security-Policy"))
                .contains("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                        + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
        assertThat(page.body())
                .doesNotContain("http:", "https:", "<style", "style=", "<script>")
                .doesNotContainPattern(" on\\w+=");
        var files = Pattern.compile("(?:src|href)=\"(/pages/[^\"]+)\"")
                .matcher(page.body())
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(files).containsExactly("/pages/pages.css", "/pages/pages.js");
        for (var file : files) {
            var answer = send(request(file));
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
            var tag = answer.headers().firstValue("ETag").orElseThrow();
            assertThat(send(request(file).header("If-None-Match", tag)).statusCode())
                    .isEqualTo(304);
        }
    }

    @Test
    void everyFieldHasItsLabelAndAPlaceForItsFault() {
        for (var path : new String[] {"/login", "/reset-password", "/accept-invite"}) {
            var page = send(request(path)).body();
            var inputs = Pattern.compile("<input id=\"([^\"]+)\"")
                    .matcher(page)
                    .results()
                    .toList();
            assertThat(inputs).isNotEmpty();
            for (var input : inputs) {
                assertThat(page).contains("<label for=\"%s\">".formatted(input.group(1)));
                assertThat(page).contains("id=\"%s-fault\"".formatted(input.group(1)));
            }
        }
    }

    @Test
    void otherFilesAndMethodsAreRefusedInTheErrorForm() {
        isError(send(request("/pages/nothing.js")), 404, "ROUTE_NOT_FOUND");
        isError(send(request("/pages/docs.html")), 404, "ROUTE_NOT_FOUND");
        isError(send(request("/pages")), 404, "ROUTE_NOT_FOUND");
        isError(send(request("/login/x")), 404, "ROUTE_NOT_FOUND");
        isError(send(request("/login").POST(BodyPublishers.ofString("a=b"))), 405, "METHOD_NOT_ALLOWED");
    }
}
