package io.wardroom.ingest.agent;

import java.security.InvalidKeyException;

/// BouncyCastle's, in Java alone; the key's point is decoded once.
final class BouncyEd25519 implements Ed25519 {
    @Override
    public String name() {
        return "bouncycastle";
    }

    @Override
    public VerifyingKey keyOf(byte[] raw) throws InvalidKeyException {
        var point = raw.length == KEY_BYTES
                ? org.bouncycastle.math.ec.rfc8032.Ed25519.validatePublicKeyPartialExport(raw, 0)
                : null;
        if (point == null) {
            throw new InvalidKeyException("no point of the curve");
        }
        return (message, signature) -> signature.length == SIGNATURE_BYTES
                && org.bouncycastle.math.ec.rfc8032.Ed25519.verify(signature, 0, point, message, 0, message.length);
    }
}
