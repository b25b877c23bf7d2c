package io.wardroom.audit.proof;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Makes proofs of one tree from its stored hashes. Those lie in tiles of 16: of the leaves, of the subtrees of 16
/// leaves, of 256 and so on; what lies between is worked out. So a proof reads two tiles for each four levels.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc9162#section-2.1.3">RFC 9162, sections 2.1.3 and 2.1.4</a>
final class TreeReader {
    /// Subtree roots are stored of every fourth level.
    static final int TILE_LEVELS = 4;
    static final int TILE_WIDTH = 1 << TILE_LEVELS;

    private final Tiles tiles;
    private final Map<Tile, List<byte[]>> known = new HashMap<>();

    /// Where stored hashes come from.
    interface Tiles {
        /// @param level    a multiple of four
        /// @param position of the first of up to 16 hashes
        List<byte[]> read(int level, long position);
    }

    private record Tile(int level, long position) {}

    TreeReader(Tiles tiles) {
        this.tiles = tiles;
    }

    byte[] root(long size) {
        return size == 0 ? Hashing.ofNothing() : root(0, size);
    }

    /// The hashes that lead from a leaf to the root of the tree's first `size` leaves, the leaf's neighbour first.
    List<byte[]> inclusion(long leaf, long size) {
        if (leaf < 0 || leaf >= size) {
            throw new IllegalArgumentException("leaf %d is not in a tree of %d".formatted(leaf, size));
        }
        var path = new ArrayList<byte[]>();
        include(leaf, 0, size, path);
        return path;
    }

    private void include(long leaf, long from, long to, List<byte[]> path) {
        if (to - from == 1) {
            return;
        }
        var middle = from + split(to - from);
        if (leaf < middle) {
            include(leaf, from, middle, path);
            path.add(root(middle, to));
        } else {
            include(leaf, middle, to, path);
            path.add(root(from, middle));
        }
    }

    /// The hashes that show a tree of `older` leaves to be the beginning of the one of `newer`.
    List<byte[]> consistency(long older, long newer) {
        if (older < 0 || older > newer) {
            throw new IllegalArgumentException("%d leaves do not come before %d".formatted(older, newer));
        }
        var path = new ArrayList<byte[]>();
        // every tree begins with nothing, and is its own beginning: there is nothing to show
        if (older > 0 && older < newer) {
            show(older, 0, newer, true, path);
        }
        return path;
    }

    /// @param whole whether the older tree's part here is its whole, whose root the reader has
    private void show(long older, long from, long to, boolean whole, List<byte[]> path) {
        if (older == to) {
            if (!whole) {
                path.add(root(from, to));
            }
            return;
        }
        var middle = from + split(to - from);
        if (older <= middle) {
            show(older, from, middle, whole, path);
            path.add(root(middle, to));
        } else {
            show(older, middle, to, false, path);
            path.add(root(from, middle));
        }
    }

    /// The largest power of two below `width`.
    private static long split(long width) {
        return Long.highestOneBit(width - 1);
    }

    private byte[] root(long from, long to) {
        var width = to - from;
        if (Long.bitCount(width) == 1) {
            var level = Long.numberOfTrailingZeros(width);
            return subtree(level, from >> level);
        }
        var middle = from + split(width);
        return Hashing.node(root(from, middle), root(middle, to));
    }

    private byte[] subtree(int level, long position) {
        var inner = level % TILE_LEVELS;
        var first = position << inner;
        var tile = new Tile(level - inner, first & -TILE_WIDTH);
        // not computeIfAbsent: reading may be slow, and the map is this thread's alone
        var hashes = known.get(tile);
        if (hashes == null) {
            hashes = tiles.read(tile.level(), tile.position());
            known.put(tile, hashes);
        }
        var at = (int) (first - tile.position());
        return fold(hashes.subList(at, at + (1 << inner)));
    }

    private static byte[] fold(List<byte[]> hashes) {
        if (hashes.size() == 1) {
            return hashes.getFirst();
        }
        var half = hashes.size() / 2;
        return Hashing.node(fold(hashes.subList(0, half)), fold(hashes.subList(half, hashes.size())));
    }
}
