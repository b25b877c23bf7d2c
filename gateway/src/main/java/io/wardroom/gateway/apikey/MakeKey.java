package io.wardroom.gateway.apikey;

import io.wardroom.common.security.Actor;
import java.time.Instant;
import java.util.List;

/// The wish for a key.
record MakeKey(Actor actor, String name, List<Scope> scopes, Instant expiresAt) {
    MakeKey {
        scopes = List.copyOf(scopes);
    }

    /// Every way the wish can end.
    sealed interface Outcome {
        record Made(ApiKeyView view, ApiKey key) implements Outcome {}

        /// @param most keys that one person may have
        record TooMany(int most) implements Outcome {}
    }
}
