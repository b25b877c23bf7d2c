package io.wardroom.gateway.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.MediaType;
import org.springframework.util.DigestUtils;

/// A page, or a file that it loads.
///
/// @param tag changes with the content
record PageFile(MediaType type, byte[] bytes, String tag) {
    static PageFile of(String name) {
        try {
            var bytes = new ClassPathResource("pages/" + name).getContentAsByteArray();
            return new PageFile(typeOf(name), bytes, '"' + DigestUtils.md5DigestAsHex(bytes) + '"');
        } catch (IOException missing) {
            throw new UncheckedIOException("the build left out pages/" + name, missing);
        }
    }

    private static MediaType typeOf(String name) {
        return MediaType.parseMediaType(
                switch (name.substring(name.lastIndexOf('.'))) {
                    case ".html" -> "text/html;charset=utf-8";
                    case ".css" -> "text/css;charset=utf-8";
                    case ".js" -> "text/javascript;charset=utf-8";
                    default -> throw new IllegalArgumentException("no type is known for " + name);
                });
    }
}
