package io.wardroom.gateway.keycloak;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/// What Keycloak hands out for a good password.
@JsonIgnoreProperties(ignoreUnknown = true)
public record Tokens(String accessToken, String refreshToken) {}
