package io.wardroom.ingest.agent;

import java.security.InvalidKeyException;
import org.slf4j.LoggerFactory;

/// One implementation of Ed25519 verification (RFC 8032).
interface Ed25519 {
    /// Bytes of a raw public key.
    int KEY_BYTES = 32;

    /// Bytes of a signature.
    int SIGNATURE_BYTES = 64;

    /// For metrics and logs.
    String name();

    /// @param raw the 32 bytes of the public key
    /// @throws InvalidKeyException if they are no point of the curve
    VerifyingKey keyOf(byte[] raw) throws InvalidKeyException;

    /// The fastest one that works on this platform.
    static Ed25519 fastest() {
        try {
            return new CorrettoEd25519();
        } catch (UnsupportedOperationException elsewhere) {
            LoggerFactory.getLogger(Ed25519.class)
                    .atWarn()
                    .setCause(elsewhere)
                    .log("Corretto's native crypto does not load here: signatures cost twice as much");
            return new BouncyEd25519();
        }
    }
}
