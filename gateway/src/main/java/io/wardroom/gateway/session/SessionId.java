package io.wardroom.gateway.session;

import io.wardroom.common.identity.TokenHash;

/// What a browser shows to be known again: 256 random bits in base64url.
record SessionId(String value) {
    /// Under which name it is known in Redis, which never learns the id itself.
    String key() {
        return TokenHash.of(value);
    }

    @Override
    public String toString() {
        return "SessionId";
    }
}
