package io.wardroom.gateway.login;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/// What Keycloak hands out for a good password.
///
/// @param expiresIn seconds
@JsonIgnoreProperties(ignoreUnknown = true)
record Tokens(String accessToken, long expiresIn, String refreshToken) {}
