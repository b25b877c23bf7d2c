package io.wardroom.audit.proof;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// SHA-256 as the tree uses it: leaves and nodes are told apart by their first byte.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc6962#section-2.1">RFC 6962, section 2.1</a>
final class Hashing {
    static final int BYTES = 32;
    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private Hashing() {}

    static byte[] leaf(byte[] input) {
        var digest = digest();
        digest.update(LEAF);
        return digest.digest(input);
    }

    static byte[] node(byte[] left, byte[] right) {
        var digest = digest();
        digest.update(NODE);
        digest.update(left);
        return digest.digest(right);
    }

    static byte[] ofNothing() {
        return digest().digest();
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
