package io.wardroom.gateway.seal;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import org.springframework.security.crypto.encrypt.AesGcmBytesEncryptor;
import org.springframework.security.crypto.encrypt.BytesEncryptor;

/// Keeps texts secret and whole wherever the gateway puts them: AES-256-GCM and HMAC-SHA256, with keys of this purpose
/// alone. What was sealed for one purpose cannot be opened for another. For many threads.
public final class Seal {
    // an initialisation vector and an authentication tag
    private static final int SHORTEST = 16 + 16;
    private static final String MAC = "HmacSHA256";

    private final BytesEncryptor cipher;
    private final SecretKey macKey;

    Seal(SecretKey master, String purpose) {
        this.cipher = AesGcmBytesEncryptor.withSecretKey(derived(master, purpose + " seal", "AES"))
                .build();
        this.macKey = derived(master, purpose + " signature", MAC);
    }

    private static SecretKey derived(SecretKey master, String purpose, String algorithm) {
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveKey(
                            algorithm,
                            HKDFParameterSpec.expandOnly(master, purpose.getBytes(StandardCharsets.US_ASCII), 32));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK since 25 has HKDF", impossible);
        }
    }

    /// The text made unreadable, in base64url.
    public String close(String text) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(cipher.encrypt(text.getBytes(StandardCharsets.UTF_8)));
    }

    /// The text behind what [#close] made; empty if it was changed, or made for another purpose or with another key.
    public Optional<String> open(String sealed) {
        try {
            var bytes = Base64.getUrlDecoder().decode(sealed);
            return bytes.length < SHORTEST
                    ? Optional.empty()
                    : Optional.of(new String(cipher.decrypt(bytes), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException | IllegalStateException notOurs) {
            return Optional.empty();
        }
    }

    /// The text's signature, in base64url.
    public String sign(String text) {
        try {
            var mac = Mac.getInstance(MAC);
            mac.init(macKey);
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException | InvalidKeyException impossible) {
            throw new IllegalStateException("every JDK has HMAC-SHA256", impossible);
        }
    }

    /// Whether a signature is the text's; takes the same time for every wrong one.
    public boolean isSigned(String text, String signature) {
        return MessageDigest.isEqual(
                sign(text).getBytes(StandardCharsets.US_ASCII), signature.getBytes(StandardCharsets.UTF_8));
    }
}
