package io.wardroom.gateway.login;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param refusedAfter a refusal is answered no sooner than this after the request, so that its time tells nothing
///                     about the account; longer than checking a password takes
/// @param profileKept  how long a person's profile is kept before it is read from Keycloak again
@ConfigurationProperties("wardroom.gateway.login")
record LoginProperties(
        @DefaultValue("600ms") Duration refusedAfter,
        @DefaultValue("10s") Duration profileKept) {}
