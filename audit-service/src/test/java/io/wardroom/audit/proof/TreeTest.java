package io.wardroom.audit.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The tree against the published vectors of Certificate Transparency and against RFC 6962's definition written down
/// naively.
class TreeTest {
    // google/certificate-transparency, cpp/merkletree/merkle_tree_test.cc: inputs, roots of the first 1 to 8, paths,
    // proofs
    private static final List<String> INPUTS =
            List.of("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f");
    private static final List<String> ROOTS = List.of(
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    private static final String OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @Test
    void theRootsAreThePublishedOnes() {
        var frontier = Frontier.empty();
        assertThat(hex(frontier.root())).isEqualTo(OF_NOTHING);
        for (var i = 0; i < INPUTS.size(); i++) {
            frontier.append(Hashing.leaf(HexFormat.of().parseHex(INPUTS.get(i))), (_, _, _) -> {});

            assertThat(hex(frontier.root())).isEqualTo(ROOTS.get(i));
            assertThat(hex(Frontier.of(i + 1L, frontier.stored()).root())).isEqualTo(ROOTS.get(i));
        }
    }

    @Test
    void theProofsAreThePublishedOnes() {
        var reader = new Stored(INPUTS.stream()
                        .map(HexFormat.of()::parseHex)
                        .map(Hashing::leaf)
                        .toList())
                .reader();

        assertThat(hex(reader.inclusion(0, 1))).isEmpty();
        assertThat(hex(reader.inclusion(0, 8)))
                .containsExactly(
                        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
        assertThat(hex(reader.inclusion(5, 8)))
                .containsExactly(
                        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
        assertThat(hex(reader.inclusion(2, 3)))
                .containsExactly("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
        assertThat(hex(reader.inclusion(1, 5)))
                .containsExactly(
                        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
        assertThat(hex(reader.consistency(1, 1))).isEmpty();
        assertThat(hex(reader.consistency(1, 8)))
                .containsExactly(
                        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
        assertThat(hex(reader.consistency(6, 8)))
                .containsExactly(
                        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
        assertThat(hex(reader.consistency(2, 5)))
                .containsExactly(
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
    }

    @Test
    void smallTreesProveAllAsTheDefinitionSays() {
        var leaves = leaves(70, 1);
        for (var size = 1; size <= leaves.size(); size++) {
            compare(leaves, size);
        }
    }

    @Test
    void largeTreesProveAsTheDefinitionSays() {
        var random = new Random(7);
        // more than one tile at each of four levels of tiles
        var leaves = leaves(66_500, 2);
        var reader = new Stored(leaves).reader();
        for (var i = 0; i < 12; i++) {
            var size = 1 + random.nextInt(leaves.size());
            var leaf = random.nextInt(size);
            var older = 1 + random.nextInt(size);

            assertThat(hex(reader.inclusion(leaf, size))).isEqualTo(hex(path(leaf, leaves.subList(0, size))));
            assertThat(hex(reader.consistency(older, size)))
                    .isEqualTo(hex(proof(older, leaves.subList(0, size), true)));
            assertThat(hex(reader.root(size))).isEqualTo(hex(root(leaves.subList(0, size))));
        }
    }

    private static void compare(List<byte[]> leaves, int size) {
        var reader = new Stored(leaves).reader();
        var tree = leaves.subList(0, size);
        for (var i = 0; i < size; i++) {
            assertThat(hex(reader.inclusion(i, size))).isEqualTo(hex(path(i, tree)));
            assertThat(hex(reader.consistency(i + 1L, size))).isEqualTo(hex(proof(i + 1, tree, true)));
        }
        assertThat(hex(reader.root(size))).isEqualTo(hex(root(tree)));
    }

    /// What the tables hold of a tree.
    private static final class Stored {
        private final List<byte[]> leaves;
        private final Map<String, byte[]> subtrees = new HashMap<>();

        Stored(List<byte[]> leaves) {
            this.leaves = leaves;
            var frontier = Frontier.empty();
            leaves.forEach(leaf -> frontier.append(leaf, (level, position, root) -> {
                if (level % TreeReader.TILE_LEVELS == 0) {
                    subtrees.put(level + "/" + position, root);
                }
            }));
        }

        TreeReader reader() {
            return new TreeReader((level, position) -> {
                var tile = new ArrayList<byte[]>();
                for (var i = position; i < position + TreeReader.TILE_WIDTH; i++) {
                    var hash = level == 0
                            ? (i < leaves.size() ? leaves.get((int) i) : null)
                            : subtrees.get(level + "/" + i);
                    if (hash != null) {
                        tile.add(hash);
                    }
                }
                return tile;
            });
        }
    }

    private static List<byte[]> leaves(int count, int seed) {
        var random = new Random(seed);
        var leaves = new ArrayList<byte[]>();
        for (var i = 0; i < count; i++) {
            var input = new byte[random.nextInt(50)];
            random.nextBytes(input);
            leaves.add(Hashing.leaf(input));
        }
        return leaves;
    }

    // RFC 6962, section 2.1: MTH, PATH and SUBPROOF, word by word

    private static byte[] root(List<byte[]> tree) {
        if (tree.size() == 1) {
            return tree.getFirst();
        }
        var k = k(tree);
        return Hashing.node(root(tree.subList(0, k)), root(tree.subList(k, tree.size())));
    }

    private static List<byte[]> path(int leaf, List<byte[]> tree) {
        if (tree.size() == 1) {
            return List.of();
        }
        var k = k(tree);
        return leaf < k
                ? and(path(leaf, tree.subList(0, k)), root(tree.subList(k, tree.size())))
                : and(path(leaf - k, tree.subList(k, tree.size())), root(tree.subList(0, k)));
    }

    private static List<byte[]> proof(int older, List<byte[]> tree, boolean whole) {
        if (older == tree.size()) {
            return whole ? List.of() : List.of(root(tree));
        }
        var k = k(tree);
        return older <= k
                ? and(proof(older, tree.subList(0, k), whole), root(tree.subList(k, tree.size())))
                : and(proof(older - k, tree.subList(k, tree.size()), false), root(tree.subList(0, k)));
    }

    private static int k(List<byte[]> tree) {
        var k = 1;
        while (k * 2 < tree.size()) {
            k *= 2;
        }
        return k;
    }

    private static List<byte[]> and(List<byte[]> some, byte[] one) {
        var more = new ArrayList<>(some);
        more.add(one);
        return more;
    }

    private static String hex(byte[] hash) {
        return HexFormat.of().formatHex(hash);
    }

    private static List<String> hex(List<byte[]> hashes) {
        return hashes.stream().map(TreeTest::hex).toList();
    }
}
