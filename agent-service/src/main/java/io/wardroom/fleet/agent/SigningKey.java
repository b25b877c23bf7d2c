package io.wardroom.fleet.agent;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/// Reads the Ed25519 public keys that agents show.
final class SigningKey {
    private static final int RAW_BYTES = 32;
    /// What stands before a raw Ed25519 key in its SubjectPublicKeyInfo (RFC 8410, section 4).
    private static final byte[] HEADER = HexFormat.of().parseHex("302a300506032b6570032100");

    private SigningKey() {}

    /// The key in base64, if `shown` is one in base64 (also URL-safe, also without padding) or hex.
    static Optional<String> normalised(String shown) {
        return decode(shown.strip())
                .filter(raw -> raw.length == RAW_BYTES)
                .filter(SigningKey::isOnTheCurve)
                .map(raw -> Base64.getEncoder().encodeToString(raw));
    }

    private static Optional<byte[]> decode(String shown) {
        try {
            if (shown.length() == 2 * RAW_BYTES) {
                return Optional.of(HexFormat.of().parseHex(shown));
            }
            return Optional.of(
                    Base64.getDecoder().decode(shown.replace('-', '+').replace('_', '/')));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    private static boolean isOnTheCurve(byte[] raw) {
        var encoded = new byte[HEADER.length + RAW_BYTES];
        System.arraycopy(HEADER, 0, encoded, 0, HEADER.length);
        System.arraycopy(raw, 0, encoded, HEADER.length, RAW_BYTES);
        try {
            KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
            return true;
        } catch (GeneralSecurityException noPoint) {
            return false;
        }
    }
}
