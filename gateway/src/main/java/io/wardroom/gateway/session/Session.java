package io.wardroom.gateway.session;

import io.wardroom.gateway.keycloak.Tokens;
import java.time.Duration;
import java.time.Instant;
import org.springframework.security.oauth2.jwt.Jwt;

/// What a session cookie stands for.
///
/// @param key         under which it lies in Redis, see [SessionId#key()]
/// @param sid         Keycloak's name for it
/// @param tokenEndsAt when the access token does
/// @param endsAt      when the session does, used or not
record Session(String key, String sid, String accessToken, String refreshToken, Instant tokenEndsAt, Instant endsAt) {
    /// The same session with newer tokens.
    ///
    /// @param token the new access token, read
    Session with(Tokens tokens, Jwt token) {
        return new Session(key, sid, tokens.accessToken(), tokens.refreshToken(), endOf(token), endsAt);
    }

    static Instant endOf(Jwt token) {
        var end = token.getExpiresAt();
        if (end == null) {
            throw new IllegalStateException("Keycloak's access tokens end");
        }
        return end;
    }

    /// How much is left of the access token; negative after its end.
    Duration left(Instant now) {
        return Duration.between(now, tokenEndsAt);
    }

    @Override
    public String toString() {
        return "Session[sid=%s]".formatted(sid);
    }
}
