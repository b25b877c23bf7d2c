package io.wardroom.gateway.login;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/// What Keycloak hands out for a good password.
@JsonIgnoreProperties(ignoreUnknown = true)
record Tokens(String accessToken, String refreshToken) {}
