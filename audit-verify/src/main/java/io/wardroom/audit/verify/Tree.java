package io.wardroom.audit.verify;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;

/// Works out the root of a growing list of leaves, in memory that grows with its logarithm.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc6962#section-2.1">RFC 6962, section 2.1</a>
final class Tree {
    /// Two to the power of `height` leaves.
    private record Mountain(int height, byte[] root) {}

    private final ArrayDeque<Mountain> range = new ArrayDeque<>();
    private long size;

    static byte[] leafHash(byte[] input) {
        var digest = sha256();
        digest.update((byte) 0);
        return digest.digest(input);
    }

    void add(byte[] leafHash) {
        range.push(new Mountain(0, leafHash));
        size++;
        while (range.size() > 1) {
            var right = range.pop();
            var left = range.pop();
            if (left.height() != right.height()) {
                range.push(left);
                range.push(right);
                return;
            }
            range.push(new Mountain(left.height() + 1, node(left.root(), right.root())));
        }
    }

    long size() {
        return size;
    }

    byte[] root() {
        byte[] root = null;
        for (var mountain : range) {
            root = root == null ? mountain.root() : node(mountain.root(), root);
        }
        return root == null ? sha256().digest() : root;
    }

    private static byte[] node(byte[] left, byte[] right) {
        var digest = sha256();
        digest.update((byte) 1);
        digest.update(left);
        digest.update(right);
        return digest.digest();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
