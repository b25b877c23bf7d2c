package io.wardroom.gateway.door;

import java.util.Locale;
import java.util.Set;

/// Which headers of a client go no further than the gateway.
public final class Hygiene {
    public static final String FORWARDED_FOR = "X-Forwarded-For";

    /// Headers of one hop (RFC 9110, section 7.6.1).
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    /// What only the gateway may say, and what only the gateway reads.
    private static final Set<String> OURS = Set.of(
            "forwarded", "x-real-ip", "true-client-ip", "x-request-id", "cookie", "x-api-key", "x-original-url",
            "x-rewrite-url", "expect");

    private Hygiene() {}

    /// Whether a header of one hop, in either direction.
    public static boolean isHopByHop(String name) {
        return HOP_BY_HOP.contains(name.toLowerCase(Locale.ROOT));
    }

    /// Whether a client's header is dropped whatever it says.
    public static boolean isOurs(String name) {
        var lower = name.toLowerCase(Locale.ROOT);
        return OURS.contains(lower) || lower.startsWith("x-forwarded-") || lower.startsWith("x-wardroom-");
    }
}
