package io.wardroom.common.security;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param issuer   Keycloak's realm, exactly as its tokens name it
/// @param audience what a token must be meant for
@ConfigurationProperties("wardroom.token")
public record TokenProperties(
        String issuer, @DefaultValue("wardroom") String audience) {
    public String keysUri() {
        return issuer + "/protocol/openid-connect/certs";
    }
}
