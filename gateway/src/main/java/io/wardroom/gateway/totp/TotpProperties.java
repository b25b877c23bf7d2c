package io.wardroom.gateway.totp;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param issuer        what an authenticator app calls this installation; without a colon
/// @param setUpKept     time from a secret to the first code made with it
/// @param challengeKept time from the password to the code
/// @param tries         codes that one challenge takes
/// @param failures      wrong codes of one person within `failuresKept`, whatever passwords they show between
@ConfigurationProperties("wardroom.gateway.totp")
record TotpProperties(
        @DefaultValue("Wardroom") String issuer,
        @DefaultValue("10m") Duration setUpKept,
        @DefaultValue("5m") Duration challengeKept,
        @DefaultValue("5") int tries,
        @DefaultValue("10") int failures,
        @DefaultValue("15m") Duration failuresKept) {}
