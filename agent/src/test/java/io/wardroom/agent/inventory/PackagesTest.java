package io.wardroom.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackagesTest {
    private static final String DPKG = """
        Package: libc6
        Status: install ok installed
        Priority: optional
        Section: libs
        Architecture: amd64
        Multi-Arch: same
        Source: glibc (2.36-9+deb12u10)
        Version: 2.36-9+deb12u9
        Conffiles:
         /etc/ld.so.conf.d/x86_64-linux-gnu.conf d4e7a7b88a71b5ffd9e2644e71a0cfab
        Description: GNU C Library: Shared libraries
         Contains the standard libraries.
         .
         Version: 9.9 in a description is no field

        Package: openssh-server
        Status: deinstall ok config-files
        Architecture: amd64
        Version: 1:9.2p1-2+deb12u3

        Package: tzdata
        Status: install ok installed
        Architecture: all
        Version: 2024a-0+deb12u1
        """;

    @TempDir
    Path root;

    @Test
    void dpkgTellsWhatIsInstalledAndFromWhichSource() throws Exception {
        var host =
                new FakeHost(root).with(Packages.DPKG_STATUS, DPKG).with("/var/lib/dpkg/info/libc6:amd64.list", "/.\n");
        Files.setLastModifiedTime(
                root.resolve("var/lib/dpkg/info/libc6:amd64.list"),
                FileTime.from(Instant.parse("2024-05-06T07:08:09Z")));

        var found = new Packages(host.files()).look();

        assertThat(FakeHost.json(found)).containsExactly("""
            {"manager":"dpkg","name":"libc6","version":"2.36-9+deb12u9","arch":"amd64","source":"glibc","source_version":"2.36-9+deb12u10","installed_at":"2024-05-06T07:08:09Z"}\
            """, """
            {"manager":"dpkg","name":"tzdata","version":"2024a-0+deb12u1","arch":"all","source":"tzdata","source_version":"2024a-0+deb12u1","installed_at":null}\
            """);
    }

    @Test
    void apkTellsItsOrigin() throws Exception {
        var host = new FakeHost(root).with(Packages.APK_INSTALLED, """
            C:Q1p78yvTLG094tHE1+dToJGbmYzQE=
            P:busybox
            V:1.36.1-r29
            A:x86_64
            o:busybox
            F:bin
            R:busybox

            P:musl-utils
            V:1.2.5-r0
            A:x86_64
            o:musl
            """);

        assertThat(FakeHost.json(new Packages(host.files()).look())).containsExactly("""
            {"manager":"apk","name":"busybox","version":"1.36.1-r29","arch":"x86_64","source":"busybox","source_version":"1.36.1-r29","installed_at":null}\
            """, """
            {"manager":"apk","name":"musl-utils","version":"1.2.5-r0","arch":"x86_64","source":"musl","source_version":"1.2.5-r0","installed_at":null}\
            """);
    }

    @Test
    void rpmLinesTellEpochAndSource() {
        var bind = Packages.rpm("bind-libs\t32:9.11.36-8.el8\tx86_64\tbind-9.11.36-8.el8.src.rpm\t1670000000")
                .orElseThrow();

        assertThat(bind.version()).isEqualTo("32:9.11.36-8.el8");
        assertThat(bind.source()).contains("bind");
        assertThat(bind.sourceVersion()).contains("9.11.36-8.el8");
        assertThat(bind.installedAt()).contains(Instant.ofEpochSecond(1670000000));
        assertThat(Packages.rpm("gpg-pubkey\t1-2\t(none)\t(none)\t1670000000")).isEmpty();
        assertThat(Packages.rpm("half a line")).isEmpty();
        assertThat(Packages.rpm("odd\t1\t(none)\tno-source\tnever")
                        .orElseThrow()
                        .arch())
                .isEmpty();
    }

    @Test
    void aHostWithoutAPackageManagerHasNoSuchSection() throws Exception {
        assertThat(new Packages(new FakeHost(root).files()).look()).isEqualTo(new Finding.Absent());
    }

    @Test
    void theFingerprintChangesWithTheDatabase() throws Exception {
        var host = new FakeHost(root).with(Packages.DPKG_STATUS, DPKG);
        var packages = new Packages(host.files());
        var before = packages.fingerprint();

        assertThat(packages.fingerprint()).isEqualTo(before).isNotEmpty();
        host.with(Packages.DPKG_STATUS, DPKG + "\n");
        assertThat(packages.fingerprint()).isNotEqualTo(before);
    }
}
