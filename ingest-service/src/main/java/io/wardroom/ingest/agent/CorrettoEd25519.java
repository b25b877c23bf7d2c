package io.wardroom.ingest.agent;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.concurrent.ArrayBlockingQueue;

/// AWS-LC's through Amazon's Corretto provider. Its Signature objects hold native state and are costly to make, so they
/// are pooled; thread-locals would be made anew for each virtual thread.
final class CorrettoEd25519 implements Ed25519 {
    private static final String ALGORITHM = "Ed25519";
    private static final int POOLED = 64;
    // SubjectPublicKeyInfo of an Ed25519 key up to its 32 bytes, RFC 8410
    private static final byte[] KEY_HEADER = HexFormat.of().parseHex("302a300506032b6570032100");

    private final Provider provider;
    private final KeyFactory keys;
    private final ArrayBlockingQueue<Signature> idle = new ArrayBlockingQueue<>(POOLED);

    /// @throws UnsupportedOperationException if the native library is not for this platform
    CorrettoEd25519() {
        // read once, when the provider's class is initialised
        System.setProperty("com.amazon.corretto.crypto.provider.registerEdKeyFactory", "true");
        try {
            var corretto = AmazonCorrettoCryptoProvider.INSTANCE;
            var fault = corretto.getLoadingError();
            if (fault != null) {
                throw new UnsupportedOperationException("the native library does not load", fault);
            }
            provider = corretto;
            keys = KeyFactory.getInstance(ALGORITHM, provider);
            idle.add(Signature.getInstance(ALGORITHM, provider));
        } catch (NoSuchAlgorithmException | LinkageError missing) {
            throw new UnsupportedOperationException("the provider has no Ed25519 here", missing);
        }
    }

    @Override
    public String name() {
        return "corretto";
    }

    @Override
    public VerifyingKey keyOf(byte[] raw) throws InvalidKeyException {
        if (raw.length != KEY_BYTES) {
            throw new InvalidKeyException("%d bytes, not %d".formatted(raw.length, KEY_BYTES));
        }
        var encoded = new byte[KEY_HEADER.length + KEY_BYTES];
        System.arraycopy(KEY_HEADER, 0, encoded, 0, KEY_HEADER.length);
        System.arraycopy(raw, 0, encoded, KEY_HEADER.length, KEY_BYTES);
        try {
            var key = keys.generatePublic(new X509EncodedKeySpec(encoded));
            return (message, signature) -> verify(key, message, signature);
        } catch (InvalidKeySpecException malformed) {
            throw new InvalidKeyException("no point of the curve", malformed);
        }
    }

    private boolean verify(PublicKey key, byte[] message, byte[] bytes) {
        if (bytes.length != SIGNATURE_BYTES) {
            return false;
        }
        try {
            var pooled = idle.poll();
            var signature = pooled == null ? Signature.getInstance(ALGORITHM, provider) : pooled;
            signature.initVerify(key);
            signature.update(message);
            var holds = signature.verify(bytes);
            // one that threw is not put back: what state it is in is unknown
            idle.offer(signature);
            return holds;
        } catch (SignatureException malformed) {
            return false;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("a key that was parsed is refused", impossible);
        }
    }
}
