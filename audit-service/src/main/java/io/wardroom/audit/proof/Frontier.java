package io.wardroom.audit.proof;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What a tree needs to remember in order to grow: the roots of the complete subtrees it is made of, largest first.
final class Frontier {
    private final List<byte[]> peaks;
    private long size;

    private Frontier(long size, List<byte[]> peaks) {
        this.size = size;
        this.peaks = peaks;
    }

    /// Takes the root of each subtree that an append completes.
    interface Completed {
        /// @param level    the subtree has two to the power of this many leaves
        /// @param position how many such subtrees lie before it
        void subtree(int level, long position, byte[] root);
    }

    static Frontier empty() {
        return new Frontier(0, new ArrayList<>());
    }

    /// @throws IllegalArgumentException if that many leaves leave another number of peaks
    static Frontier of(long size, byte[] stored) {
        if (stored.length != Long.bitCount(size) * Hashing.BYTES) {
            throw new IllegalArgumentException("no frontier of %d leaves: %d bytes".formatted(size, stored.length));
        }
        var peaks = new ArrayList<byte[]>();
        for (var at = 0; at < stored.length; at += Hashing.BYTES) {
            peaks.add(Arrays.copyOfRange(stored, at, at + Hashing.BYTES));
        }
        return new Frontier(size, peaks);
    }

    long size() {
        return size;
    }

    void append(byte[] leafHash, Completed completed) {
        var hash = leafHash;
        var position = size;
        for (var level = 1; (position & 1) == 1; level++) {
            hash = Hashing.node(peaks.removeLast(), hash);
            position >>= 1;
            completed.subtree(level, position, hash);
        }
        peaks.add(hash);
        size++;
    }

    byte[] root() {
        if (peaks.isEmpty()) {
            return Hashing.ofNothing();
        }
        var root = peaks.getLast();
        for (var i = peaks.size() - 2; i >= 0; i--) {
            root = Hashing.node(peaks.get(i), root);
        }
        return root;
    }

    byte[] stored() {
        var bytes = new byte[peaks.size() * Hashing.BYTES];
        for (var i = 0; i < peaks.size(); i++) {
            System.arraycopy(peaks.get(i), 0, bytes, i * Hashing.BYTES, Hashing.BYTES);
        }
        return bytes;
    }
}
