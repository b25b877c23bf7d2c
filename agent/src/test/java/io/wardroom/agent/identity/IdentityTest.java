package io.wardroom.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wardroom.agent.config.Secret;
import io.wardroom.agent.host.HostFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityTest {
    private static final String HOST_ID = "0123456789abcdef0123456789abcdef";

    @TempDir
    Path folder;

    Path host;
    Path data;

    @BeforeEach
    void aHost() throws Exception {
        host = folder.resolve("host");
        data = folder.resolve("data");
        Files.createDirectories(host.resolve("etc"));
        machine(HOST_ID);
    }

    @Test
    void aRestartKeepsEverythingButTheInstance() throws Exception {
        var first = open();
        first.registered(registration(), Optional.of(new Secret("we_1")));

        var second = open();

        assertThat(second.machineId()).isEqualTo(first.machineId()).isNotEqualTo(HOST_ID);
        assertThat(second.key().publicKey()).isEqualTo(first.key().publicKey());
        assertThat(second.registration()).contains(registration());
        assertThat(second.instanceId()).isNotEqualTo(first.instanceId());
        assertThat(second.isNew(new Secret("we_1"))).isFalse();
        assertThat(second.isNew(new Secret("we_2"))).isTrue();
    }

    @Test
    void onlyTheOwnerReadsWhatIsSecret() throws Exception {
        open().registered(registration(), Optional.empty());

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
                .isEqualTo("rwx------");
        try (var files = Files.list(data)) {
            assertThat(files)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    @Test
    void aFolderCopiedToAnotherMachineIsLeftBehind() throws Exception {
        var original = open();
        original.registered(registration(), Optional.of(new Secret("we_1")));
        machine("fedcba9876543210fedcba9876543210");

        var copy = open();

        assertThat(copy.machineId()).isNotEqualTo(original.machineId());
        assertThat(copy.key().publicKey()).isNotEqualTo(original.key().publicKey());
        assertThat(copy.registration()).isEmpty();
        assertThat(copy.isNew(new Secret("we_1"))).isTrue();
    }

    @Test
    void aCloneBecomesAMachineOfItsOwnForGood() throws Exception {
        var clone = open();
        clone.registered(registration(), Optional.empty());
        var machineId = clone.machineId();
        var key = clone.key().publicKey();

        clone.becomeAnother();

        assertThat(clone.machineId()).isNotEqualTo(machineId);
        assertThat(clone.key().publicKey()).isNotEqualTo(key);
        assertThat(clone.registration()).isEmpty();
        assertThat(clone.ownToken()).contains(new Secret("ms_token"));
        var restarted = open();
        assertThat(restarted.machineId()).isEqualTo(clone.machineId());
        assertThat(restarted.key().publicKey()).isEqualTo(clone.key().publicKey());
        try (var keys = Files.newDirectoryStream(data, "*.pem")) {
            assertThat(keys).hasSize(1);
        }
    }

    @Test
    void withoutAHostIdOneIsMadeAndKept() throws Exception {
        Files.delete(host.resolve("etc/machine-id"));

        assertThat(open().machineId()).matches("[0-9a-f]{32}").isEqualTo(open().machineId());
    }

    @Test
    void aDamagedFileIsSaidSoAndNotReplaced() throws Exception {
        open();
        for (var damage :
                new String[] {"", "{}", "[1]", "{\"machine_id\":\"x\",\"key_file\":\"../../etc/passwd\"}", "\0"}) {
            Files.writeString(data.resolve("identity.json"), damage);
            assertThatThrownBy(this::open).hasMessageContaining("is damaged");
        }
    }

    /// Computed with openssl: HMAC-SHA256 of the application's id with the machine's as key, marked as a UUID of
    /// version 4. `systemd-id128 machine-id --app-specific=6f1d9b0c5e7a4a4e9b8f21c37d60a5e2` does the same.
    @Test
    void theMachineIdIsDerivedAsSystemdDoes() {
        assertThat(MachineId.derived(HOST_ID)).isEqualTo("d88d23433a61490d8b86a099382b985b");
    }

    private Identity open() throws Exception {
        return Identity.open(data, new HostFiles(host), Optional.empty());
    }

    private static Registration registration() {
        return new Registration("0190aaaa-0000-7000-8000-000000000001", new Secret("ms_token"), Optional.of("hub"));
    }

    private void machine(String id) throws Exception {
        Files.writeString(host.resolve("etc/machine-id"), id + "\n");
    }
}
