package io.wardroom.gateway.apidoc;

import io.swagger.v3.oas.annotations.Hidden;
import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.door.PageHeaders;
import io.wardroom.gateway.page.Asset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/// The merged API document, and the two pages that show it; everything they load comes from here.
@RestController
@Hidden
class ApiDocController {
    private static final Duration KEEP = Duration.ofHours(1);
    private static final String PAGE = "page.html";
    /// Both pages set styles from their scripts.
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
            + "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'none'";
    /// ReDoc searches in a worker that it makes of its own text.
    private static final String REDOC_POLICY = POLICY + "; worker-src blob:";

    private final ApiDocuments documents;
    private final Map<String, Asset> docs = Map.of(
            PAGE,
            Asset.page("docs.html"),
            "docs.js",
            Asset.page("docs.js"),
            "swagger-ui.css",
            swaggerUi("swagger-ui.css"),
            "swagger-ui-bundle.js",
            swaggerUi("swagger-ui-bundle.js"),
            "favicon-32x32.png",
            swaggerUi("favicon-32x32.png"));
    private final Map<String, Asset> redoc = Map.of(
            PAGE,
            Asset.page("redoc.html"),
            "redoc.js",
            Asset.page("redoc.js"),
            "redoc.standalone.js",
            Asset.page("redoc.standalone.js"));

    ApiDocController(ApiDocuments documents) {
        this.documents = documents;
    }

    @GetMapping(path = "/openapi.json", produces = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> document(ServerHttpRequest request) {
        return documents.merged(request).map(json -> ResponseEntity.ok()
                .cacheControl(CacheControl.noCache())
                .body(json));
    }

    @GetMapping("/docs")
    ResponseEntity<byte[]> swaggerUi() {
        return answer(docs, PAGE, POLICY);
    }

    @GetMapping("/docs/{file}")
    ResponseEntity<byte[]> swaggerUiFile(@PathVariable String file) {
        return answer(docs, file, POLICY);
    }

    @GetMapping("/redoc")
    ResponseEntity<byte[]> redoc() {
        return answer(redoc, PAGE, REDOC_POLICY);
    }

    @GetMapping("/redoc/{file}")
    ResponseEntity<byte[]> redocFile(@PathVariable String file) {
        return answer(redoc, file, REDOC_POLICY);
    }

    private static ResponseEntity<byte[]> answer(Map<String, Asset> page, String file, String policy) {
        var asset = page.get(file);
        if (asset == null) {
            throw Refusals.noRoute();
        }
        return ResponseEntity.ok()
                .contentType(asset.type())
                .cacheControl(file.equals(PAGE) ? CacheControl.noCache() : CacheControl.maxAge(KEEP))
                .eTag(asset.tag())
                .headers(headers -> PageHeaders.policy(headers, policy))
                .body(asset.bytes());
    }

    /// A file of Swagger UI's, whatever its version.
    private static Asset swaggerUi(String name) {
        try {
            var found = new PathMatchingResourcePatternResolver()
                    .getResources("classpath*:/META-INF/resources/webjars/swagger-ui/*/" + name);
            if (found.length != 1) {
                throw new IllegalStateException("%d files %s of Swagger UI".formatted(found.length, name));
            }
            return Asset.of(name, found[0]);
        } catch (IOException missing) {
            throw new UncheckedIOException("Swagger UI's " + name, missing);
        }
    }
}
