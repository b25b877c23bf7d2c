package io.wardroom.gateway.login;

import java.net.URI;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param refusedAfter a refusal is answered no sooner than this after the request, so that its time tells nothing
///                     about the account; longer than checking a password takes
/// @param publicUrl    where people reach this gateway, without a path
/// @param browserKept  how long somebody may take on Keycloak's page
/// @param profileKept  how long a person's profile is kept before it is read from Keycloak again
@ConfigurationProperties("wardroom.gateway.login")
record LoginProperties(
        @DefaultValue("600ms") Duration refusedAfter,
        @DefaultValue("http://127.0.0.1:8000") URI publicUrl,
        @DefaultValue("5m") Duration browserKept,
        @DefaultValue("10s") Duration profileKept) {}
