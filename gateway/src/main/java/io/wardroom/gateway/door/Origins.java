package io.wardroom.gateway.door;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;

/// Which browsers' pages may open a WebSocket here: any page may try, and the browser only says which it was
/// (RFC 6455, section 10.2). Whoever names no origin is no browser.
@Component
class Origins {
    private final List<String> allowed;

    Origins(DoorProperties door) {
        allowed = door.origins().stream().map(Origins::normal).toList();
    }

    boolean isForeign(HttpHeaders headers) {
        var origin = headers.getOrigin();
        return origin != null && !allowed.contains(normal(origin)) && !isOfHost(origin, headers.getFirst("Host"));
    }

    private static boolean isOfHost(String origin, @Nullable String host) {
        var scheme = origin.substring(0, Math.max(0, origin.indexOf("://")));
        return host != null && !scheme.isEmpty() && normal(origin).equals(normal(scheme + "://" + host));
    }

    /// In lower case, without the port that goes without saying.
    private static String normal(String origin) {
        var lower = origin.strip().toLowerCase(Locale.ROOT);
        if (lower.startsWith("https://") && lower.endsWith(":443")) {
            return lower.substring(0, lower.length() - 4);
        }
        return lower.startsWith("http://") && lower.endsWith(":80") ? lower.substring(0, lower.length() - 3) : lower;
    }
}
