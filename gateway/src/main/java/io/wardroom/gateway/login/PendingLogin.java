package io.wardroom.gateway.login;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// A login that a browser has begun and is at Keycloak's page for.
///
/// @param state    comes back with the browser
/// @param nonce    comes back in the ID token
/// @param verifier goes with the code, and nowhere before (RFC 7636)
/// @param next     a local path
record PendingLogin(String state, String nonce, String verifier, String next, Instant endsAt) {
    boolean isOf(@Nullable String shown) {
        return shown != null
                && MessageDigest.isEqual(
                        state.getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8));
    }

    /// The verifier's SHA-256, in base64url.
    String challenge() {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    /// Never shows any of it.
    @Override
    public String toString() {
        return "PendingLogin";
    }
}
