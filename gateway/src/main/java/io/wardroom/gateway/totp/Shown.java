package io.wardroom.gateway.totp;

import io.wardroom.gateway.keycloak.Tokens;
import java.time.Duration;

/// What became of a code that somebody showed.
public sealed interface Shown {
    /// @param tokens with the claim `mfa`, of a session of their own
    record Right(Tokens tokens) implements Shown {}

    /// A wrong code, a used one, one for an account that is locked: the caller is not told which.
    record Wrong() implements Shown {}

    /// There were so many wrong ones that none is looked at.
    record TooMany(Duration retryAfter) implements Shown {}
}
