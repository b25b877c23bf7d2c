package io.wardroom.agent.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;

/// The agent's Ed25519 key pair.
///
/// The file holds two PEM blocks, private (PKCS #8) and public (X.509), as `openssl pkey` reads them.
public final class SigningKey {
    private static final int RAW_BYTES = 32;
    private static final int MAX_FILE_BYTES = 4096;

    private final PrivateKey secret;
    private final PublicKey shown;

    private SigningKey(PrivateKey secret, PublicKey shown) {
        this.secret = secret;
        this.shown = shown;
    }

    public static SigningKey generate() {
        try {
            var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            return new SigningKey(pair.getPrivate(), pair.getPublic());
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this JDK has no Ed25519", missing);
        }
    }

    /// @throws IOException if the file cannot be read or does not hold both halves of an Ed25519 key
    static SigningKey load(Path file) throws IOException {
        if (Files.size(file) > MAX_FILE_BYTES) {
            throw new IOException(file + " holds no Ed25519 key");
        }
        var pem = Files.readString(file);
        try {
            var keys = KeyFactory.getInstance("Ed25519");
            var secret = keys.generatePrivate(new PKCS8EncodedKeySpec(block(pem, "PRIVATE KEY")));
            var shown = keys.generatePublic(new X509EncodedKeySpec(block(pem, "PUBLIC KEY")));
            if (!((EdECPrivateKey) secret).getParams().getName().equals(NamedParameterSpec.ED25519.getName())) {
                throw new IOException(file + " holds no Ed25519 key");
            }
            var key = new SigningKey(secret, shown);
            if (!key.verifies(new byte[] {1}, key.signature(new byte[] {1}))) {
                throw new IOException(file + " holds two halves of different keys");
            }
            return key;
        } catch (GeneralSecurityException | IllegalArgumentException broken) {
            throw new IOException(file + " holds no Ed25519 key", broken);
        }
    }

    void save(Path file) throws IOException {
        PrivateFile.write(file, pem("PRIVATE KEY", secret.getEncoded()) + pem("PUBLIC KEY", shown.getEncoded()));
    }

    /// The raw 32-byte public key, base64.
    public String publicKey() {
        var encoded = shown.getEncoded();
        return Base64.getEncoder()
                .encodeToString(Arrays.copyOfRange(encoded, encoded.length - RAW_BYTES, encoded.length));
    }

    /// `X-Monsys-Signature` of a request: base64 of Ed25519 over the 32 raw bytes of SHA-256 of the exact body.
    public String sign(byte[] body) {
        try {
            return Base64.getEncoder()
                    .encodeToString(
                            signature(MessageDigest.getInstance("SHA-256").digest(body)));
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("cannot sign", broken);
        }
    }

    private byte[] signature(byte[] text) throws GeneralSecurityException {
        var signature = Signature.getInstance("Ed25519");
        signature.initSign(secret);
        signature.update(text);
        return signature.sign();
    }

    private boolean verifies(byte[] text, byte[] signed) throws GeneralSecurityException {
        var signature = Signature.getInstance("Ed25519");
        signature.initVerify(shown);
        signature.update(text);
        return signature.verify(signed);
    }

    private static String pem(String kind, byte[] encoded) {
        return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
                .formatted(kind, Base64.getEncoder().encodeToString(encoded), kind);
    }

    private static byte[] block(String pem, String kind) throws IOException {
        var begin = "-----BEGIN " + kind + "-----";
        var start = pem.indexOf(begin);
        var end = pem.indexOf("-----END " + kind + "-----");
        if (start < 0 || end < start) {
            throw new IOException("no " + kind + " block");
        }
        return Base64.getMimeDecoder().decode(pem.substring(start + begin.length(), end));
    }
}
