package io.wardroom.gateway.login;

import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A path of this host: nothing that any browser could read as an address elsewhere.
record LocalPath(URI uri) {
    /// The page that says who is signed in.
    static final LocalPath HOME = new LocalPath(URI.create("/login"));
    private static final int LONGEST = 1024;
    /// One slash first and never two, since two begin a host; browsers read a backslash as a slash, and leave out
    /// control characters before they look.
    private static final Pattern LOCAL = Pattern.compile("(/[!-~&&[^/\\\\]]+)+/?");

    LocalPath {
        if (uri.isAbsolute() || uri.getRawAuthority() != null) {
            throw new IllegalArgumentException("no local path");
        }
    }

    /// The wish of a client, or [#HOME] for anything else than a local path.
    static LocalPath of(@Nullable String wish) {
        if (wish == null || wish.length() > LONGEST || !LOCAL.matcher(wish).matches()) {
            return HOME;
        }
        try {
            return new LocalPath(URI.create(wish));
        } catch (IllegalArgumentException noUri) {
            return HOME;
        }
    }
}
