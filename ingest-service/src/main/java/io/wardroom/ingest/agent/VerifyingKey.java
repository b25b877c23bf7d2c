package io.wardroom.ingest.agent;

/// An agent's public Ed25519 key, parsed once and ready to verify.
interface VerifyingKey {
    /// @param signature any bytes; a signature of the wrong length is a wrong one
    boolean verifies(byte[] message, byte[] signature);
}
