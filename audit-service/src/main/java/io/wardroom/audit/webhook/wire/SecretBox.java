package io.wardroom.audit.webhook.wire;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.security.crypto.encrypt.AesGcmBytesEncryptor;
import org.springframework.security.crypto.encrypt.BytesEncryptor;
import org.springframework.stereotype.Component;

/// Seals webhooks' secrets for the database: AES-256-GCM, `<key id>:<base64>`. What was sealed for one webhook
/// does not open for another.
@Component
public class SecretBox {
    private static final String PURPOSE = "wardroom webhook secret";
    private static final int ID_BYTES = 4;

    // the first one closes
    private final Map<String, BytesEncryptor> keys = new LinkedHashMap<>();

    public SecretBox(WireProperties settings) {
        for (var key : settings.keys()) {
            var bytes = HexFormat.of().parseHex(key);
            keys.put(
                    idOf(bytes),
                    AesGcmBytesEncryptor.withSecretKey(derived(bytes)).build());
        }
    }

    /// Whether there is a key at all.
    public boolean isReady() {
        return !keys.isEmpty();
    }

    /// @throws IllegalStateException without a key
    public String close(UUID webhook, WebhookSecret secret) {
        var newest = keys.entrySet().stream()
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("WARDROOM_WEBHOOK_KEY is not set"));
        var text = webhook + " " + secret.text();
        return newest.getKey() + ":"
                + Base64.getEncoder().encodeToString(newest.getValue().encrypt(text.getBytes(StandardCharsets.UTF_8)));
    }

    /// Empty if it was changed, is another webhook's, or its key is not here any more.
    public Optional<WebhookSecret> open(UUID webhook, String sealed) {
        var parts = sealed.split(":", 2);
        var key = keys.get(parts[0]);
        if (key == null || parts.length < 2) {
            return Optional.empty();
        }
        try {
            var text = new String(key.decrypt(Base64.getDecoder().decode(parts[1])), StandardCharsets.UTF_8);
            var owner = webhook + " ";
            return text.startsWith(owner)
                    ? Optional.of(new WebhookSecret(text.substring(owner.length())))
                    : Optional.empty();
        } catch (IllegalArgumentException | IllegalStateException notOurs) {
            return Optional.empty();
        }
    }

    /// What the texts begin with that the newest key closed.
    public Optional<String> newest() {
        return keys.keySet().stream().findFirst().map(id -> id + ":");
    }

    private static SecretKey derived(byte[] key) {
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveKey(
                            "AES",
                            HKDFParameterSpec.expandOnly(
                                    new SecretKeySpec(key, "HKDF"), PURPOSE.getBytes(StandardCharsets.US_ASCII), 32));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK since 25 has HKDF", impossible);
        }
    }

    private static String idOf(byte[] key) {
        try {
            return HexFormat.of()
                    .formatHex(
                            Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(key), ID_BYTES));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
