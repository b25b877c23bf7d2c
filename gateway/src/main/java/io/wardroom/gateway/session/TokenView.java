package io.wardroom.gateway.session;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.wardroom.gateway.keycloak.Tokens;
import java.time.Duration;
import org.springframework.security.oauth2.jwt.Jwt;

/// What whoever logs in or refreshes is given.
///
/// @param expiresIn seconds
public record TokenView(
        @JsonProperty("access_token") String accessToken,
        @JsonProperty("token_type") String tokenType,
        @JsonProperty("expires_in") long expiresIn,
        @JsonProperty("refresh_token") String refreshToken) {
    /// @param token the access token, read
    static TokenView of(Tokens tokens, Jwt token) {
        var from = token.getIssuedAt();
        var lifetime = from == null ? Duration.ZERO : Duration.between(from, Session.endOf(token));
        return new TokenView(tokens.accessToken(), "bearer", lifetime.toSeconds(), tokens.refreshToken());
    }

    @Override
    public String toString() {
        return "TokenView";
    }
}
