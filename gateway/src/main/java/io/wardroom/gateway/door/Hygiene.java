package io.wardroom.gateway.door;

import io.netty.util.AsciiString;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Which headers of a client go no further than the gateway.
public final class Hygiene {
    public static final String FORWARDED_FOR = "X-Forwarded-For";

    /// Headers of one hop (RFC 9110, section 7.6.1), what only the gateway may say, and what only the gateway reads.
    private static final Set<AsciiString> DROPPED = Stream.of(
                    "connection",
                    "keep-alive",
                    "proxy-authenticate",
                    "proxy-authorization",
                    "proxy-connection",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade",
                    "expect",
                    "forwarded",
                    "x-real-ip",
                    "true-client-ip",
                    "x-request-id",
                    "x-original-url",
                    "x-rewrite-url",
                    "x-api-key",
                    "cookie")
            .map(AsciiString::cached)
            .collect(Collectors.toUnmodifiableSet());
    private static final List<String> DROPPED_PREFIXES = List.of("x-forwarded-", "x-wardroom-");

    private Hygiene() {}

    /// Whether a client's header goes no further, whatever it says.
    public static boolean isDropped(CharSequence name) {
        for (var prefix : DROPPED_PREFIXES) {
            if (name.length() >= prefix.length()
                    && AsciiString.regionMatches(name, true, 0, prefix, 0, prefix.length())) {
                return true;
            }
        }
        for (var dropped : DROPPED) {
            if (dropped.length() == name.length() && dropped.contentEqualsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }
}
