package io.wardroom.gateway.apidoc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.gateway.OnRealServers;
import io.wardroom.gateway.TestUpstream;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ApiDocTest extends OnRealServers {
    // one server plays four services: of each path only its owner's stays
    private static final String DOCUMENT = """
            {"openapi":"3.1.0","paths":{
              "/api/v1/agents":{"get":{"operationId":"list","responses":{"200":{"content":{"application/json":
                  {"schema":{"$ref":"#/components/schemas/Page"}}}}}}},
              %s
              "/api/v1/audit-logs":{"get":{"operationId":"list","responses":{}}},
              "/internal/secret":{"get":{"operationId":"secret","responses":{}}}},
             "components":{"schemas":{"Page":{"type":"object"}}}}""";
    private static final String ALERTS = "\"/api/v1/alerts\":{\"get\":{\"operationId\":\"alerts\",\"responses\":{}}},";

    @Test
    void theDocumentIsMadeOfWhatTheServicesSayToday() {
        UPSTREAM.answer("/v3/api-docs", TestUpstream.json(200, DOCUMENT.formatted(ALERTS)));
        await("both are there")
                .atMost(Duration.ofSeconds(20))
                .until(() -> document().path("paths").has("/api/v1/alerts"));
        var paths = document().get("paths");
        assertThat(paths.propertyNames())
                .contains(
                        "/api/v1/agents",
                        "/api/v1/audit-logs",
                        "/api/v1/auth/login",
                        "/api/v1/auth/me",
                        "/api/v1/health")
                .doesNotContain("/internal/secret", "/openapi.json", "/docs");
        assertThat(paths.get("/api/v1/agents").get("get").get("operationId").asString())
                .isNotEqualTo(paths.get("/api/v1/audit-logs")
                        .get("get")
                        .get("operationId")
                        .asString());
        assertThat(paths.get("/api/v1/auth/login").get("post").get("security").size())
                .isZero();
        assertThat(paths.get("/api/v1/auth/me").get("get").get("security").size())
                .isEqualTo(1);
        assertThat(document().get("servers").get(0).get("url").asString()).isEqualTo("/");

        // a controller is removed
        UPSTREAM.answer("/v3/api-docs", TestUpstream.json(200, DOCUMENT.formatted("")));
        await("its path is gone")
                .atMost(Duration.ofSeconds(20))
                .until(() -> !document().path("paths").has("/api/v1/alerts"));
        assertThat(document().get("paths").has("/api/v1/agents")).isTrue();

        // a service goes down
        UPSTREAM.answer("/v3/api-docs", TestUpstream.json(503, "{}"));
        await("it was asked again").atMost(Duration.ofSeconds(20)).until(() -> {
            document();
            return UPSTREAM.seenAt("/v3/api-docs").size() > 3;
        });
        assertThat(document().get("paths").has("/api/v1/agents")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/docs", "/redoc"})
    void aPageLoadsWhatItNeedsFromHere(String path) {
        var page = send(request(path));

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("http");
        assertThat(page.body()).doesNotContain("http:", "https:");
        var links = Pattern.compile("(?:src|href)=\"([^\"]+)\"")
                .matcher(page.body())
                .results()
                .toList();
        assertThat(links).hasSizeGreaterThan(2);
        for (var link : links) {
            var asset = send(request(link.group(1)));
            assertThat(asset.statusCode()).as(link.group(1)).isEqualTo(200);
            assertThat(asset.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        }
        isError(send(request(path + "/nothing.js")), 404, "ROUTE_NOT_FOUND");
    }

    private JsonNode document() {
        var answer = send(request("/openapi.json"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }
}
