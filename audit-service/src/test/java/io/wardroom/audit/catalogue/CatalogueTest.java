package io.wardroom.audit.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.audit.OnRealServers;
import io.wardroom.common.event.contract.EventContract;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.web.server.LocalServerPort;

class CatalogueTest extends OnRealServers {
    private final HttpClient http = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @Test
    void anybodyReadsTheDocument() throws Exception {
        var answer = call("GET", "/asyncapi.json");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        var document = json.readTree(answer.body());
        assertThat(document.get("asyncapi").asString()).isEqualTo("3.0.0");
        for (var topic : EventContract.load().topics()) {
            var channel = document.get("channels").get(topic.name());
            assertThat(channel.get("messages").propertyNames())
                    .containsExactlyElementsOf(topic.events().stream()
                            .map(EventContract.Event::type)
                            .toList());
        }
        for (var reference : document.findValuesAsString("$ref")) {
            // no name of ours has a character that a JSON pointer would have to escape
            assertThat(document.at(reference.substring(1)).isMissingNode())
                    .as(reference)
                    .isFalse();
        }
        var again = HttpRequest.newBuilder(address("/asyncapi.json"))
                .header("If-None-Match", answer.headers().firstValue("ETag").orElseThrow());
        assertThat(http.send(again.build(), BodyHandlers.discarding()).statusCode())
                .isEqualTo(304);
    }

    @Test
    void theSpecificationsOwnParserFindsNothingWrong(@TempDir Path folder) throws Exception {
        var said = folder.resolve("said").toFile();
        var check = new ProcessBuilder("node", "check.mjs")
                .directory(Path.of("target/asyncapi").toFile())
                .redirectErrorStream(true)
                .redirectOutput(said)
                .start();
        try (var document = check.getOutputStream()) {
            document.write(call("GET", "/asyncapi.json").body().getBytes());
        }

        assertThat(check.waitFor(2, TimeUnit.MINUTES)).isTrue();

        assertThat(check.exitValue()).as(Files.readString(said.toPath())).isZero();
        assertThat(Files.readString(said.toPath()))
                .contains("%d channels".formatted(EventContract.load().topics().size()))
                .doesNotContain("error ");
    }

    @Test
    void aPageShowsItToPeople() throws Exception {
        var page = call("GET", "/events");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("default-src 'none'", "style-src 'sha256-")
                .doesNotContain("unsafe");
        assertThat(page.body())
                .contains("alerts.events.v1", "io.wardroom.alert.created.v1", "rule_id", "href=\"/asyncapi.json\"")
                .doesNotContain("<script", "http:", "https:", " style=");
    }

    @Test
    void nothingElseIsOpenedByThat() throws Exception {
        assertThat(call("POST", "/events").statusCode()).isEqualTo(405);
        assertThat(call("GET", "/events/x").statusCode()).isEqualTo(401);
    }

    private HttpResponse<String> call(String method, String path) throws Exception {
        var request = HttpRequest.newBuilder(address(path)).timeout(PATIENCE).method(method, BodyPublishers.noBody());
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }
}
