package io.wardroom.gateway.apikey;

import io.wardroom.common.identity.TokenHash;
import io.wardroom.gateway.seal.RandomToken;
import java.util.Optional;
import java.util.regex.Pattern;

/// A key: `wr_` and 256 random bits in base64url. Only its hash is kept.
record ApiKey(String value) {
    private static final String PREFIX = "wr_";
    private static final Pattern FORM = Pattern.compile(PREFIX + "[A-Za-z0-9_-]{43}");
    private static final int SHOWN = 8;

    static ApiKey make() {
        return new ApiKey(PREFIX + RandomToken.make().value());
    }

    /// Empty for what cannot be a key, which so costs nothing to refuse.
    static Optional<ApiKey> of(String text) {
        return FORM.matcher(text).matches() ? Optional.of(new ApiKey(text)) : Optional.empty();
    }

    /// Its first characters, by which its owner knows it again.
    String beginning() {
        return value.substring(0, PREFIX.length() + SHOWN);
    }

    String hash() {
        return TokenHash.of(value);
    }

    /// Never shows the key.
    @Override
    public String toString() {
        return "ApiKey";
    }
}
