package io.wardroom.agent.host;

import java.util.regex.Pattern;

/// Takes what looks like a secret out of a command line or address before it leaves the host.
public final class Masked {
    private static final Pattern NAMED = Pattern.compile(
            "(?i)([a-z0-9_-]*(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)s?[a-z0-9_-]*)(=|:\\s?|\\s+)(\"[^\"]*\"|'[^']*'|\\S+)");
    private static final Pattern IN_ADDRESS = Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]*://)[^/@\\s]*@");
    private static final Pattern BEARER = Pattern.compile("(?i)(bearer|basic)\\s+[A-Za-z0-9+/=._~-]{8,}");

    private Masked() {}

    public static String of(String text) {
        var masked = IN_ADDRESS.matcher(text).replaceAll("$1***@");
        masked = BEARER.matcher(masked).replaceAll("$1 ***");
        return NAMED.matcher(masked).replaceAll("$1$2***");
    }
}
