package io.wardroom.gateway.door;

import org.springframework.http.HttpHeaders;

/// Headers that tell a browser what not to do.
public final class PageHeaders {
    public static final String CONTENT_TYPE_OPTIONS = "X-Content-Type-Options";
    public static final String NO_SNIFF = "nosniff";
    public static final String REFERRER_POLICY = "Referrer-Policy";
    public static final String NO_REFERRER = "no-referrer";
    private static final String CONTENT_SECURITY_POLICY = "Content-Security-Policy";
    private static final String STRICT_TRANSPORT_SECURITY = "Strict-Transport-Security";
    private static final String A_YEAR = "max-age=31536000; includeSubDomains";
    private static final String NOTHING = "default-src 'none'; frame-ancestors 'none'";

    private PageHeaders() {}

    /// @param secure whether the request came by TLS: a browser believes it then only (RFC 6797, section 8.1)
    static void everywhere(HttpHeaders headers, boolean secure) {
        headers.set(CONTENT_TYPE_OPTIONS, NO_SNIFF);
        headers.set(REFERRER_POLICY, NO_REFERRER);
        if (secure) {
            headers.set(STRICT_TRANSPORT_SECURITY, A_YEAR);
        }
        var type = headers.getFirst(HttpHeaders.CONTENT_TYPE);
        if (type != null && type.startsWith("text/html") && !headers.containsHeader(CONTENT_SECURITY_POLICY)) {
            headers.set(CONTENT_SECURITY_POLICY, NOTHING);
        }
    }

    /// Lets a page of ours load what it needs from us.
    public static void policy(HttpHeaders headers, String policy) {
        headers.set(CONTENT_SECURITY_POLICY, policy);
    }
}
