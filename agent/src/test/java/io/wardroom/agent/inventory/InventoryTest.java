package io.wardroom.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.agent.json.Fields;
import io.wardroom.agent.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InventoryTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-31T09:15:00Z"), ZoneOffset.UTC);

    @TempDir
    Path root;

    @Test
    void onlyWhatChangedIsToldAgain() throws Exception {
        var one = new Changing("one", rows("a"));
        var two = new Changing("two", rows("b"));
        var inventory = new Inventory(CLOCK, List.of(one, two));

        assertThat(names(inventory.all())).containsExactly("one", "two");
        assertThat(inventory.changed()).isEmpty();
        two.finding = rows("b", "c");
        var changed = inventory.changed();
        assertThat(names(changed)).containsExactly("two");
        assertThat(changed.getFirst().observedAt()).isEqualTo(CLOCK.instant());
        assertThat(new String(changed.getFirst().data(), StandardCharsets.UTF_8))
                .isEqualTo("[{\"n\":\"b\"},{\"n\":\"c\"}]");
        assertThat(names(inventory.all())).containsExactly("one", "two");
    }

    @Test
    void whatDisappearedIsToldOnceAndWhatWasNeverThereNot() throws Exception {
        var gone = new Changing("gone", rows("a"));
        var never = new Changing("never", new Finding.Absent());
        var inventory = new Inventory(CLOCK, List.of(gone, never));
        inventory.all();
        gone.finding = new Finding.Absent();

        var changed = inventory.changed();

        assertThat(names(changed)).containsExactly("gone");
        assertThat(new String(changed.getFirst().data(), StandardCharsets.UTF_8))
                .isEqualTo("[]");
        assertThat(inventory.changed()).isEmpty();
    }

    @Test
    void whatCannotBeReadNowStaysAsItWasTold() throws Exception {
        var source = new Changing("x", rows("a"));
        var inventory = new Inventory(CLOCK, List.of(source));
        inventory.all();

        source.finding = new Finding.Unreadable("busy");
        assertThat(inventory.changed()).isEmpty();
        source.failure = new IOException("disk");
        assertThat(inventory.all()).isEmpty();
        source.failure = null;
        source.finding = rows("a");
        assertThat(inventory.changed()).isEmpty();
    }

    @Test
    void untouchedFilesAreNotReadAgain() throws Exception {
        var source = new Changing("x", rows("a"));
        source.fingerprint = "1";
        var inventory = new Inventory(CLOCK, List.of(source));
        inventory.all();
        inventory.changed();
        assertThat(source.looks).isEqualTo(1);

        source.fingerprint = "2";
        inventory.changed();
        assertThat(source.looks).isEqualTo(2);
    }

    @Test
    void aSectionThatFitsNoBatchIsCut() throws Exception {
        var rows = new ArrayList<Row>();
        for (int i = 0; i < 60_000; i++) {
            var name = "x".repeat(90) + i;
            rows.add(() -> new Fields().with("n", name));
        }
        var section = new Inventory(CLOCK, List.of(new Changing("big", new Finding.Rows(rows))))
                .all()
                .getFirst();

        assertThat(section.data().length).isBetween(700 << 10, 880 << 10);
        assertThat(Json.asList(Json.read(section.data()))).hasSize(section.told());
        assertThat(section.told()).isBetween(7_000, 10_000);
        assertThat(section.total()).isEqualTo(60_000);
        assertThat(section.truncated()).isTrue();
    }

    /// Every file the inventory reads, filled with seeded rubbish of several kinds: no section may fail the
    /// others or throw.
    @Test
    void hostileFilesNeverBreakTheAgent() throws Exception {
        var random = new Random(20260131);
        var paths = List.of(
                "/etc/passwd",
                "/etc/group",
                "/etc/sudoers",
                "/etc/sudoers.d/x",
                "/etc/login.defs",
                "/var/log/lastlog",
                "/etc/ssh/sshd_config",
                "/root/.ssh/authorized_keys",
                "/home/a/.ssh/authorized_keys",
                "/proc/net/tcp",
                "/proc/net/tcp6",
                "/proc/net/udp",
                "/proc/stat",
                "/etc/os-release",
                "/proc/sys/kernel/osrelease",
                Packages.DPKG_STATUS,
                Packages.APK_INSTALLED,
                "/etc/crontab",
                "/etc/cron.d/a",
                "/etc/cron.daily/b",
                "/etc/systemd/system/a.timer",
                "/etc/systemd/system/a.service",
                "/etc/borgmatic/config.yaml",
                "/etc/rsnapshot.conf",
                "/run/docker.sock");
        var words = List.of(
                "root:x:0:0:root:/root:/bin/sh",
                "a:x:1000:1000::/home/a:/bin/sh",
                "Package: x",
                "Version: 1",
                "Status: install ok installed",
                "ALL ALL=(ALL) NOPASSWD: ALL",
                "@includedir /etc/sudoers.d",
                "@include /etc/sudoers",
                "User_Alias A = A",
                "A ALL=A",
                "ssh-ed25519 AAAA",
                "command=\"",
                "0: 0100007F:0016 00000000:0000 0A 0:0 0:0 0 0 0 1",
                "OnCalendar=",
                "ExecStart=/usr/bin/restic -r ",
                "* * * * * root borg create",
                "P:x",
                "V:1",
                "btime 99999999999",
                "ID=\"",
                "\\",
                "=",
                ":",
                "%",
                "\"",
                "(",
                ")",
                "\ud800",
                "\u0000",
                "\u202e");
        for (int round = 0; round < 60; round++) {
            for (var path : paths) {
                var file = root.resolve(path.substring(1));
                Files.createDirectories(file.getParent());
                byte[] content;
                if (random.nextInt(3) == 0) {
                    content = new byte[random.nextInt(3000)];
                    random.nextBytes(content);
                } else {
                    var text = new StringBuilder();
                    for (int i = random.nextInt(60); i > 0; i--) {
                        text.append(words.get(random.nextInt(words.size()))).append(random.nextBoolean() ? "\n" : " ");
                    }
                    content = text.toString().getBytes(StandardCharsets.UTF_8);
                }
                Files.write(file, content);
            }
            var failures = new ArrayList<String>();
            for (var section : sources()) {
                try {
                    if (section.look() instanceof Finding.Rows(var rows)) {
                        for (var row : rows) {
                            Json.read(Json.bytes(row.fields()));
                        }
                    }
                } catch (RuntimeException bug) {
                    failures.add(section.section() + " in round " + round + ": " + bug);
                }
            }
            assertThat(failures).isEmpty();
        }
    }

    @Test
    void thisVeryHostCanBeRead() throws Exception {
        var sections = new Inventory(new io.wardroom.agent.host.HostFiles(Path.of("/")), CLOCK).all();

        assertThat(names(sections)).contains("os", "users", "ports");
        for (var section : sections) {
            assertThat(Json.asList(Json.read(section.data())))
                    .as(section.name())
                    .isNotNull();
        }
    }

    private List<Source> sources() {
        var files = new FakeHost(root).files();
        return List.of(
                new OsState(files),
                new Users(files),
                new SudoRules(files),
                new SshKeys(files),
                new Ports(files),
                new Containers(files),
                new Backups(files),
                new Packages(files));
    }

    private static Finding rows(String... names) {
        return new Finding.Rows(java.util.Arrays.stream(names)
                .map(name -> (Row) () -> new Fields().with("n", name))
                .toList());
    }

    private static List<String> names(List<Inventory.Section> sections) {
        return sections.stream().map(Inventory.Section::name).toList();
    }

    private static final class Changing implements Source {
        private final String section;
        private Finding finding;
        private IOException failure;
        private String fingerprint = "";
        private int looks;

        Changing(String section, Finding finding) {
            this.section = section;
            this.finding = finding;
        }

        @Override
        public String section() {
            return section;
        }

        @Override
        public String fingerprint() {
            return fingerprint;
        }

        @Override
        public Finding look() throws IOException {
            looks++;
            if (failure != null) {
                throw failure;
            }
            return finding;
        }
    }
}
