package io.wardroom.gateway.apikey;

import java.time.Duration;
import java.time.Instant;

/// A key in use: with the access token that its owner was given for it.
record Held(KnownKey key, String accessToken, Instant tokenEndsAt) {
    /// How much is left of the token; negative after its end.
    Duration left(Instant now) {
        return Duration.between(now, tokenEndsAt);
    }

    /// Never shows the token.
    @Override
    public String toString() {
        return "Held[key=%s]".formatted(key.id());
    }
}
