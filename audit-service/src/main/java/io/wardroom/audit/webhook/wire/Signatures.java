package io.wardroom.audit.webhook.wire;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs a delivery in both forms. While two secrets hold, each form names both.
///
/// @see <a href="https://www.standardwebhooks.com">Standard Webhooks</a>
final class Signatures {
    private static final String MAC = "HmacSHA256";

    private Signatures() {}

    /// The headers of a delivery.
    ///
    /// @param secrets the present one, and behind it the one that still holds beside it
    static Map<String, String> headers(UUID message, Instant now, byte[] body, List<WebhookSecret> secrets) {
        var seconds = String.valueOf(now.getEpochSecond());
        var start = (message + "." + seconds + ".").getBytes(StandardCharsets.UTF_8);
        var headers = new LinkedHashMap<String, String>();
        headers.put("webhook-id", message.toString());
        headers.put("webhook-timestamp", seconds);
        headers.put(
                "webhook-signature",
                secrets.stream()
                        .map(secret -> "v1," + Base64.getEncoder().encodeToString(mac(secret.bytes(), start, body)))
                        .collect(Collectors.joining(" ")));
        headers.put("X-Monsys-Signature", hex(secrets.getFirst(), body));
        if (secrets.size() > 1) {
            headers.put("X-Monsys-Signature-Former", hex(secrets.get(1), body));
        }
        return headers;
    }

    private static String hex(WebhookSecret secret, byte[] body) {
        return HexFormat.of().formatHex(mac(secret.text().getBytes(StandardCharsets.UTF_8), new byte[0], body));
    }

    private static byte[] mac(byte[] key, byte[] start, byte[] body) {
        try {
            var mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(key, MAC));
            mac.update(start);
            return mac.doFinal(body);
        } catch (NoSuchAlgorithmException | InvalidKeyException impossible) {
            throw new IllegalStateException("every JDK has HMAC-SHA256", impossible);
        }
    }
}
