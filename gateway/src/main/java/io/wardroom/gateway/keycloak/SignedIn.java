package io.wardroom.gateway.keycloak;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/// What Keycloak hands out for an authorization code.
///
/// @param idToken who came, for us alone (OpenID Connect Core, section 2)
@JsonIgnoreProperties(ignoreUnknown = true)
public record SignedIn(String accessToken, String refreshToken, String idToken) {
    public Tokens tokens() {
        return new Tokens(accessToken, refreshToken);
    }

    /// Never shows a token.
    @Override
    public String toString() {
        return "SignedIn";
    }
}
