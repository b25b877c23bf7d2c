package io.wardroom.bench.simulator;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// An agent's Ed25519 key, ready to sign. For one thread.
final class SigningKey {
    private static final int RAW = 32;
    private static final @Nullable Provider FAST = fast();

    private final KeyPair pair;
    private final Signature signature;
    private final MessageDigest digest;
    private final String publicKey;

    private SigningKey(KeyPair pair, Signature signature, MessageDigest digest, String publicKey) {
        this.pair = pair;
        this.signature = signature;
        this.digest = digest;
        this.publicKey = publicKey;
    }

    private static @Nullable Provider fast() {
        System.setProperty("com.amazon.corretto.crypto.provider.registerEdKeyFactory", "true");
        var corretto = AmazonCorrettoCryptoProvider.INSTANCE;
        return corretto.getLoadingError() == null ? corretto : null;
    }

    static SigningKey generate() throws GeneralSecurityException {
        return of(KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
    }

    private static SigningKey of(KeyPair pair) throws GeneralSecurityException {
        var spec = new PKCS8EncodedKeySpec(pair.getPrivate().getEncoded());
        var signature = FAST == null ? Signature.getInstance("Ed25519") : Signature.getInstance("Ed25519", FAST);
        signature.initSign((FAST == null ? KeyFactory.getInstance("Ed25519") : KeyFactory.getInstance("Ed25519", FAST))
                .generatePrivate(spec));
        var encoded = pair.getPublic().getEncoded();
        return new SigningKey(
                pair,
                signature,
                MessageDigest.getInstance("SHA-256"),
                Base64.getEncoder().encodeToString(Arrays.copyOfRange(encoded, encoded.length - RAW, encoded.length)));
    }

    /// The same key for another thread.
    SigningKey twin() throws GeneralSecurityException {
        return of(pair);
    }

    /// The raw key in base64.
    String publicKey() {
        return publicKey;
    }

    /// The value of the signature header for a body.
    byte[] sign(byte[] body) {
        try {
            signature.update(digest.digest(body));
            return Base64.getEncoder().encode(signature.sign());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("a good key does not sign", impossible);
        }
    }
}
