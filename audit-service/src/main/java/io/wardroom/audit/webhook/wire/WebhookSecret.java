package io.wardroom.audit.webhook.wire;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;

/// What a webhook's deliveries are signed with: `whsec_` and base64, as Standard Webhooks writes it.
public record WebhookSecret(String text) {
    private static final String PREFIX = "whsec_";
    private static final int BYTES = 32;
    // Standard Webhooks asks for 24 to 64 bytes
    private static final int FEWEST = 24;
    private static final int MOST = 64;
    private static final SecureRandom RANDOM = new SecureRandom();

    /// @throws IllegalArgumentException if it is none
    public WebhookSecret {
        if (bytesOf(text).isEmpty()) {
            throw new IllegalArgumentException("not whsec_ and base64 of 24 to 64 bytes");
        }
    }

    public static WebhookSecret make() {
        var bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return new WebhookSecret(PREFIX + Base64.getEncoder().encodeToString(bytes));
    }

    /// Whether a text can be one.
    public static boolean isOne(String text) {
        return bytesOf(text).isPresent();
    }

    byte[] bytes() {
        return bytesOf(text).orElseThrow();
    }

    private static Optional<byte[]> bytesOf(String text) {
        if (!text.startsWith(PREFIX) || text.length() > 2 * MOST) {
            return Optional.empty();
        }
        try {
            return Optional.of(Base64.getDecoder().decode(text.substring(PREFIX.length())))
                    .filter(bytes -> bytes.length >= FEWEST && bytes.length <= MOST);
        } catch (IllegalArgumentException noBase64) {
            return Optional.empty();
        }
    }

    /// Never shows the secret.
    @Override
    public String toString() {
        return "WebhookSecret";
    }
}
