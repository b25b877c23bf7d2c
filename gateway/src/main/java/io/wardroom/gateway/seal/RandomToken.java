package io.wardroom.gateway.seal;

import io.wardroom.common.identity.TokenHash;
import java.security.SecureRandom;
import java.util.Base64;

/// A secret that nobody can guess: 32 random bytes in base64url. Where it is kept, only its hash is.
public record RandomToken(String value) {
    private static final int BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    public static RandomToken make() {
        var bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return new RandomToken(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /// SHA-256 in hexadecimal digits; so many random bits need no slow hash.
    public String hash() {
        return TokenHash.of(value);
    }

    /// Never shows the token.
    @Override
    public String toString() {
        return "RandomToken";
    }
}
