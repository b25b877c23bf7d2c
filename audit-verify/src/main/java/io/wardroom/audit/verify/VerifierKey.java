package io.wardroom.audit.verify;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/// Whose signature is believed: a C2SP verifier key, `<name>+<id>+<base64 of 01 and the public key>`.
///
/// @see <a href="https://c2sp.org/signed-note">C2SP signed-note</a>
record VerifierKey(String name, byte[] id, PublicKey key) {
    private static final byte ED25519 = 1;
    private static final int ID_BYTES = 4;
    private static final int KEY_BYTES = 32;
    // what stands before the 32 bytes in a key's X.509 form (RFC 8410)
    private static final byte[] X509 = HexFormat.of().parseHex("302a300506032b6570032100");

    /// @throws IllegalArgumentException if `text` is no such key
    static VerifierKey of(String text) {
        var parts = text.strip().split("\\+", 3);
        if (parts.length != 3) {
            throw new IllegalArgumentException("no verifier key: " + text);
        }
        var typed = Base64.getDecoder().decode(parts[2]);
        if (typed.length != KEY_BYTES + 1 || typed[0] != ED25519) {
            throw new IllegalArgumentException("no Ed25519 verifier key: " + text);
        }
        var id = idOf(parts[0], typed);
        if (!HexFormat.of().formatHex(id).equals(parts[1])) {
            throw new IllegalArgumentException("the id of this verifier key is not that of its name and key: " + text);
        }
        var encoded = Arrays.copyOf(X509, X509.length + KEY_BYTES);
        System.arraycopy(typed, 1, encoded, X509.length, KEY_BYTES);
        try {
            return new VerifierKey(
                    parts[0], id, KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
        } catch (GeneralSecurityException unusable) {
            throw new IllegalArgumentException("no point of the curve: " + text, unusable);
        }
    }

    private static byte[] idOf(String name, byte[] typed) {
        var digest = Tree.sha256();
        digest.update(name.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) '\n');
        return Arrays.copyOf(digest.digest(typed), ID_BYTES);
    }

    /// @param signature four bytes of key id and the signature itself
    boolean signed(String text, String signer, byte[] signature) {
        if (!signer.equals(name)
                || signature.length <= ID_BYTES
                || !Arrays.equals(id, Arrays.copyOf(signature, ID_BYTES))) {
            return false;
        }
        try {
            var check = Signature.getInstance("Ed25519");
            check.initVerify(key);
            check.update(text.getBytes(StandardCharsets.UTF_8));
            return check.verify(Arrays.copyOfRange(signature, ID_BYTES, signature.length));
        } catch (GeneralSecurityException malformed) {
            return false;
        }
    }
}
