package io.wardroom.gateway.session;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param lifetime     of a session cookie, used or not; Keycloak's own sessions end at the same time
/// @param refreshAhead a session's access token is renewed when no more than this is left of it
/// @param answerKept   how long a refresh token that was just spent is answered with the same new tokens
/// @param revokedFor   how long an ended session is remembered: at least as long as an access token is taken, which is
///                     its lifetime (900 s) and the minute that clocks may differ
/// @param alwaysSecure cookies carry `Secure` even on loopback: for a gateway behind a proxy of the same machine
@ConfigurationProperties("wardroom.gateway.session")
record SessionProperties(
        @DefaultValue("8h") Duration lifetime,
        @DefaultValue("30s") Duration refreshAhead,
        @DefaultValue("10s") Duration answerKept,
        @DefaultValue("16m") Duration revokedFor,
        @DefaultValue("false") boolean alwaysSecure) {}
