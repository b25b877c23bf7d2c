package io.wardroom.fleet;

import java.security.SecureRandom;
import java.util.Base64;

/// Makes opaque tokens: a prefix that says what they open, and 256 random bits.
public final class OpaqueToken {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BYTES = 32;

    private OpaqueToken() {}

    /// @return `prefix` and 43 characters of URL-safe base64
    public static String next(String prefix) {
        var bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
