package io.wardroom.gateway.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.MediaType;
import org.springframework.util.DigestUtils;

/// A page, or a file that it loads.
///
/// @param tag changes with the content
public record Asset(MediaType type, byte[] bytes, String tag) {
    /// One of ours.
    public static Asset page(String name) {
        return of(name, new ClassPathResource("pages/" + name));
    }

    /// @param name tells the type by its ending
    public static Asset of(String name, Resource content) {
        try {
            var bytes = content.getContentAsByteArray();
            return new Asset(typeOf(name), bytes, '"' + DigestUtils.md5DigestAsHex(bytes) + '"');
        } catch (IOException missing) {
            throw new UncheckedIOException("the build left out " + name, missing);
        }
    }

    private static MediaType typeOf(String name) {
        return MediaType.parseMediaType(
                switch (name.substring(name.lastIndexOf('.'))) {
                    case ".html" -> "text/html;charset=utf-8";
                    case ".css" -> "text/css;charset=utf-8";
                    case ".js" -> "text/javascript;charset=utf-8";
                    case ".png" -> "image/png";
                    default -> throw new IllegalArgumentException("no type is known for " + name);
                });
    }
}
