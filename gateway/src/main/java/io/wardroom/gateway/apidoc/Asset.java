package io.wardroom.gateway.apidoc;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.http.MediaType;

/// A file that a page is made of.
record Asset(MediaType type, byte[] bytes) {
    private static final MediaType SCRIPT = MediaType.parseMediaType("text/javascript;charset=utf-8");
    private static final MediaType STYLE = MediaType.parseMediaType("text/css;charset=utf-8");
    private static final MediaType PAGE = MediaType.parseMediaType("text/html;charset=utf-8");

    /// One of ours.
    static Asset page(String name) {
        try {
            return new Asset(typeOf(name), new ClassPathResource("pages/" + name).getContentAsByteArray());
        } catch (IOException missing) {
            throw new UncheckedIOException("the build left out pages/" + name, missing);
        }
    }

    /// One of Swagger UI's, whatever its version.
    static Asset swaggerUi(String name) {
        try {
            var found = new PathMatchingResourcePatternResolver()
                    .getResources("classpath*:/META-INF/resources/webjars/swagger-ui/*/" + name);
            if (found.length != 1) {
                throw new IllegalStateException("%d files %s of Swagger UI".formatted(found.length, name));
            }
            return new Asset(typeOf(name), found[0].getContentAsByteArray());
        } catch (IOException missing) {
            throw new UncheckedIOException("Swagger UI's " + name, missing);
        }
    }

    private static MediaType typeOf(String name) {
        return switch (name.substring(name.lastIndexOf('.'))) {
            case ".js" -> SCRIPT;
            case ".css" -> STYLE;
            case ".html" -> PAGE;
            case ".png" -> MediaType.IMAGE_PNG;
            default -> throw new IllegalArgumentException("no type is known for " + name);
        };
    }
}
