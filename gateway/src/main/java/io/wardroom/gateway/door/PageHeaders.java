package io.wardroom.gateway.door;

import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/// Headers that tell a browser what not to do.
public final class PageHeaders {
    private static final String CONTENT_TYPE_OPTIONS = "X-Content-Type-Options";
    private static final String NO_SNIFF = "nosniff";
    private static final String REFERRER_POLICY = "Referrer-Policy";
    private static final String NO_REFERRER = "no-referrer";
    private static final String CONTENT_SECURITY_POLICY = "Content-Security-Policy";
    private static final String STRICT_TRANSPORT_SECURITY = "Strict-Transport-Security";
    private static final String A_YEAR = "max-age=31536000; includeSubDomains";
    private static final String NOTHING = "default-src 'none'; frame-ancestors 'none'";

    private PageHeaders() {}

    /// @param secure whether the request came by TLS: a browser believes it then only (RFC 6797, section 8.1)
    static void everywhere(HttpHeaders headers, boolean secure) {
        everywhere(headers::set, headers::getFirst, secure);
    }

    /// The same for an answer that goes past the web server.
    public static void everywhere(io.netty.handler.codec.http.HttpHeaders headers, boolean secure) {
        everywhere(headers::set, headers::get, secure);
    }

    private static void everywhere(
            BiConsumer<String, String> set, Function<String, @Nullable String> value, boolean secure) {
        set.accept(CONTENT_TYPE_OPTIONS, NO_SNIFF);
        set.accept(REFERRER_POLICY, NO_REFERRER);
        if (secure) {
            set.accept(STRICT_TRANSPORT_SECURITY, A_YEAR);
        }
        var type = value.apply(HttpHeaders.CONTENT_TYPE);
        if (type != null && type.startsWith("text/html") && value.apply(CONTENT_SECURITY_POLICY) == null) {
            set.accept(CONTENT_SECURITY_POLICY, NOTHING);
        }
    }

    /// Lets a page of ours load what it needs from us.
    public static void policy(HttpHeaders headers, String policy) {
        headers.set(CONTENT_SECURITY_POLICY, policy);
    }
}
