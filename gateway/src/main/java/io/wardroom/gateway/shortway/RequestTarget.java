package io.wardroom.gateway.shortway;

/// The target of a request as it stands on its first line.
final class RequestTarget {
    private static final boolean[] OF_PATH = setOf("-._~/");
    /// RFC 3986, section 3.4, without what is encoded.
    private static final boolean[] OF_QUERY = setOf("-._~/?:@!$&'()*+,;=");

    private RequestTarget() {}

    /// Whether nothing in it can be read in two ways: a path without encoded characters, a query as RFC 3986 has it.
    static boolean isPlain(String target) {
        var allowed = OF_PATH;
        for (int i = 0; i < target.length(); i++) {
            var c = target.charAt(i);
            if (c == '?') {
                allowed = OF_QUERY;
            } else if (c == '%' && allowed == OF_QUERY) {
                if (i + 2 >= target.length() || !isHex(target.charAt(i + 1)) || !isHex(target.charAt(i + 2))) {
                    return false;
                }
            } else if (c >= allowed.length || !allowed[c]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHex(char c) {
        return Character.digit(c, 16) >= 0 && c < 128;
    }

    private static boolean[] setOf(String more) {
        var set = new boolean[128];
        for (char c = 0; c < 128; c++) {
            set[c] = Character.isLetterOrDigit(c) || more.indexOf(c) >= 0;
        }
        return set;
    }
}
