package io.wardroom.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SshKeysTest {
    private static final String PASSWD = """
        root:x:0:0:root:/root:/bin/bash
        alice:x:1000:1000:Alice,,,:/home/alice:/bin/bash
        nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
        """;

    @TempDir
    Path root;

    /// The fixture's fingerprints and bits are what `ssh-keygen -l` says of these three keys.
    @Test
    void everyKeyIsToldAsSshKeygenTellsIt() throws Exception {
        var keys = keys(
                new FakeHost(root).with("/etc/passwd", PASSWD).with("/home/alice/.ssh/authorized_keys", fixture()));

        assertThat(keys)
                .extracting(SshKeys.Key::username, SshKeys.Key::type, SshKeys.Key::fingerprint, key -> key.bits()
                        .orElse(0))
                .containsExactly(
                        tuple("alice", "ssh-ed25519", "SHA256:zcoEWteLpSMhHR0sT9BJ1XeAC1/xRvGq2MJUFMeiWvw", 256),
                        tuple("alice", "ssh-rsa", "SHA256:IgK3lay9FL2+15tVpwUJTxrJWDjBP0JnJPHmsjl5fv8", 3072),
                        tuple(
                                "alice",
                                "ecdsa-sha2-nistp384",
                                "SHA256:51z8Sj0GKvOFJgkR1c9SVg0750jDxhoYPNqR/8QXvuk",
                                384));
        assertThat(keys.get(0).comment()).contains("alice@laptop");
        assertThat(keys.get(0).file()).isEqualTo("/home/alice/.ssh/authorized_keys");
        assertThat(keys.get(1).options())
                .contains("command=\"/usr/bin/rsync --server \\\"a b\\\" .\",no-pty,from=\"10.0.0.0/8\"");
        assertThat(keys.get(1).comment()).contains("ci key");
        assertThat(keys.get(2).comment()).isEmpty();
    }

    @Test
    void sshdsOwnListOfFilesIsFollowed() throws Exception {
        var keys = keys(new FakeHost(root)
                .with("/etc/passwd", PASSWD)
                .with("/etc/ssh/sshd_config", "Port 22\nAuthorizedKeysFile /etc/ssh/keys/%u %h/.keys\n")
                .with("/etc/ssh/keys/root", fixture())
                .with("/home/alice/.keys", fixture())
                .with("/home/alice/.ssh/authorized_keys", fixture()));

        assertThat(keys).extracting(SshKeys.Key::file).containsOnly("/etc/ssh/keys/root", "/home/alice/.keys");
    }

    @Test
    void linesThatHoldNoKeyLeaveNoTrace() throws Exception {
        var blob = Base64.getEncoder().encodeToString(new byte[] {0, 0, 0, 127, 1, 2});
        var wrongType = fixture().replaceFirst("ssh-ed25519", "ssh-rsa");
        for (var line : List.of(
                "root:$6$secret:19000:0:99999:7:::",
                "ssh-ed25519",
                "ssh-ed25519 !!!!",
                "ssh-ed25519 " + blob,
                "ssh-rsa AAAA",
                "command=\"never closed ssh-ed25519 AAAA",
                "no-pty",
                wrongType
                        .lines()
                        .filter(text -> text.startsWith("ssh-rsa"))
                        .findFirst()
                        .orElseThrow(),
                "\0\0\0",
                "x".repeat(100_000))) {
            assertThat(SshKeys.parse(line, "alice", "f")).as(line).isEqualTo(Optional.empty());
        }
    }

    @Test
    void aPipeInPlaceOfTheFileDoesNotHoldTheAgentUp() throws Exception {
        var host = new FakeHost(root).with("/etc/passwd", PASSWD);
        Files.createDirectories(root.resolve("home/alice/.ssh"));
        var made = new ProcessBuilder(
                        "mkfifo",
                        root.resolve("home/alice/.ssh/authorized_keys").toString())
                .start()
                .waitFor();

        assertThat(made).isZero();
        assertThat(keys(host)).isEmpty();
    }

    private static List<SshKeys.Key> keys(FakeHost host) throws IOException {
        return FakeHost.rows(new SshKeys(host.files()).look()).stream()
                .map(SshKeys.Key.class::cast)
                .toList();
    }

    private static String fixture() throws IOException {
        try (var in = SshKeysTest.class.getResourceAsStream("authorized_keys")) {
            return new String(in.readAllBytes());
        }
    }
}
