package io.wardroom.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wardroom.agent.host.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningKeyTest {
    private static final byte[] BODY = "{\"items\":[]}".getBytes();

    @TempDir
    Path folder;

    /// Another implementation than the one that signs must say that the signature is right, and that a changed
    /// body is not.
    @Test
    void opensslVerifiesTheSignatureOverTheBodysHash() throws Exception {
        assumeTrue(openssl("version"), "openssl is not installed, or ends with an error");
        var key = SigningKey.generate();
        var file = folder.resolve("key.pem");
        key.save(file);
        assumeTrue(
                openssl(
                        "pkey",
                        "-in",
                        file.toString(),
                        "-pubout",
                        "-out",
                        folder.resolve("pub.pem").toString()),
                "this openssl reads no Ed25519 keys");
        var hash = MessageDigest.getInstance("SHA-256").digest(BODY);
        Files.write(folder.resolve("hash"), hash);
        Files.write(folder.resolve("signature"), Base64.getDecoder().decode(key.sign(BODY)));

        assertThat(verified("hash")).isTrue();

        hash[0] ^= 1;
        Files.write(folder.resolve("other"), hash);
        assertThat(verified("other")).isFalse();
    }

    @Test
    void thePublicKeyIsRaw32BytesAndSurvivesTheFile() throws Exception {
        var key = SigningKey.generate();
        var file = folder.resolve("key.pem");

        key.save(file);

        var loaded = SigningKey.load(file);
        assertThat(Base64.getDecoder().decode(key.publicKey())).hasSize(32);
        assertThat(loaded.publicKey()).isEqualTo(key.publicKey());
        assertThat(loaded.sign(BODY)).isEqualTo(key.sign(BODY));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void aFileThatHoldsNoKeyIsSaidSo() throws Exception {
        var one = folder.resolve("one.pem");
        var two = folder.resolve("two.pem");
        SigningKey.generate().save(one);
        SigningKey.generate().save(two);
        var mixed = folder.resolve("mixed.pem");
        var secret = Files.readString(one);
        var shown = Files.readString(two);
        Files.writeString(
                mixed,
                secret.substring(0, secret.indexOf("-----BEGIN PUBLIC"))
                        + shown.substring(shown.indexOf("-----BEGIN PUBLIC")));
        assertThatThrownBy(() -> SigningKey.load(mixed)).hasMessageContaining("different keys");

        for (var broken : List.of(
                "", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "\0\0", "x".repeat(9000))) {
            var file = Files.writeString(folder.resolve("broken.pem"), broken);
            assertThatThrownBy(() -> SigningKey.load(file)).isInstanceOf(java.io.IOException.class);
        }
    }

    private boolean verified(String text) throws InterruptedException {
        return openssl(
                "pkeyutl",
                "-verify",
                "-rawin",
                "-pubin",
                "-inkey",
                folder.resolve("pub.pem").toString(),
                "-in",
                folder.resolve(text).toString(),
                "-sigfile",
                folder.resolve("signature").toString());
    }

    private static boolean openssl(String... arguments) throws InterruptedException {
        var line = new ArrayList<>(List.of("openssl"));
        line.addAll(List.of(arguments));
        return new Command(line, Duration.ofSeconds(10), 1 << 16).run()
                        instanceof Command.Result.Output(int exit, var _)
                && exit == 0;
    }
}
