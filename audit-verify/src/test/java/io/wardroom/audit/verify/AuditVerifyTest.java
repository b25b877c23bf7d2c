package io.wardroom.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the verifier is made of; what it says of tampered exports, audit-service's tests show.
class AuditVerifyTest {
    // of a pair whose private half nobody has
    private static final String KEY = "example.com/foo+8282f47a+AXSKdW3TBd2LtQVSHaWiMtoS4FnqMAiJZ4VeY5BlHR/Q";

    @TempDir
    private Path folder;

    @Test
    void theRootsAreThoseOfCertificateTransparency() {
        // google/certificate-transparency, cpp/merkletree/merkle_tree_test.cc
        var inputs = List.of(
                "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f");
        var roots = List.of(
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
        var tree = new Tree();
        assertThat(HexFormat.of().formatHex(tree.root()))
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for (var i = 0; i < inputs.size(); i++) {
            tree.add(Tree.leafHash(HexFormat.of().parseHex(inputs.get(i))));

            assertThat(HexFormat.of().formatHex(tree.root())).isEqualTo(roots.get(i));
        }
    }

    @Test
    void aKeyWhoseIdIsNotItsOwnIsRefused() {
        assertThatThrownBy(
                        () -> VerifierKey.of("example.com/foo+00000000+AXSKdW3TBd2LtQVSHaWiMtoS4FnqMAiJZ4VeY5BlHR/Q"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> VerifierKey.of("no key")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatCannotBeCheckedIsNotCalledIntact() throws Exception {
        var nothing = InputStream.nullInputStream();

        assertThat(run(nothing)).startsWith("2 ").contains("usage:");
        assertThat(run(nothing, "--export", "-", "--checkpoints", folder.toString(), "--key", "x+y+z"))
                .startsWith("2 ");
        assertThat(run(nothing, "--export", folder + "/none", "--checkpoints", folder.toString(), "--key", KEY))
                .startsWith("2 cannot be read");
        assertThat(run(nothing, "--export", "-", "--checkpoints", folder.toString(), "--key", KEY))
                .startsWith("2 NOT CHECKED");
    }

    @Test
    void whatNobodySignedIsForged() throws Exception {
        Files.writeString(folder.resolve("note"), "example.com/foo\n1\nAAAA\n\n— example.com/foo AAAAAAAA\n");
        Files.writeString(folder.resolve("broken"), "{\"note\": 1\n{}\n");

        assertThat(run(
                        new ByteArrayInputStream("<html>\n{}\n[]\n".getBytes(StandardCharsets.UTF_8)),
                        "--export",
                        "-",
                        "--checkpoints",
                        folder.toString(),
                        "--key",
                        KEY))
                .startsWith("1 ")
                .contains("forged: ")
                .contains("changed: line 1 is no JSON")
                .contains("changed: line 3 has no leaf_index");
    }

    private static String run(InputStream in, String... arguments) {
        var told = new ByteArrayOutputStream();
        var status = AuditVerify.run(List.of(arguments), in, new PrintStream(told, true, StandardCharsets.UTF_8));
        return status + " " + told.toString(StandardCharsets.UTF_8);
    }
}
