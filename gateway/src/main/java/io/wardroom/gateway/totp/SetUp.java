package io.wardroom.gateway.totp;

import io.wardroom.common.security.Actor;

/// The wish for a secret to put into an authenticator app.
record SetUp(Actor actor) {
    /// Every way the wish can end.
    sealed interface Outcome {
        /// @param url     of the secret, for an authenticator app
        /// @param picture the URL to scan, as PNG in base64
        record Begun(Secret secret, String url, String picture) implements Outcome {
            /// Never shows the secret.
            @Override
            public String toString() {
                return "Begun";
            }
        }

        record AlreadyOn() implements Outcome {}
    }
}
