package io.wardroom.bench.simulator;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// What a simulated host has: sections of an inventory that change a little from one generation to the next. The same
/// seed and generation are the same rows, so that nothing has to be remembered to compare them later.
record Belongings(long seed) {
    static final List<String> SECTIONS =
            List.of("packages", "systemd", "users", "ports", "containers", "ssh-keys", "os");

    private static final Instant INSTALLED = Instant.parse("2026-01-05T04:10:00Z");
    private static final List<String> SOURCES = List.of(
            "acl",
            "apt",
            "attr",
            "bash",
            "bind9",
            "bzip2",
            "ca-certificates",
            "coreutils",
            "cron",
            "curl",
            "dbus",
            "debconf",
            "dpkg",
            "e2fsprogs",
            "elfutils",
            "expat",
            "findutils",
            "gcc-12",
            "gdbm",
            "glibc",
            "gmp",
            "gnupg2",
            "gnutls28",
            "grep",
            "gzip",
            "icu",
            "iproute2",
            "iptables",
            "kmod",
            "krb5",
            "less",
            "libcap2",
            "libgcrypt20",
            "libidn2",
            "libseccomp",
            "libssh2",
            "libtasn1-6",
            "libxml2",
            "linux",
            "lz4",
            "mawk",
            "ncurses",
            "nettle",
            "nghttp2",
            "nginx",
            "openldap",
            "openssh",
            "openssl",
            "p11-kit",
            "pam",
            "pcre2",
            "perl",
            "postgresql-15",
            "procps",
            "python3.11",
            "readline",
            "rsyslog",
            "sed",
            "shadow",
            "sqlite3",
            "sudo",
            "systemd",
            "tar",
            "tzdata",
            "ucf",
            "util-linux",
            "vim",
            "xz-utils",
            "zlib",
            "zstd");
    private static final List<String> KINDS = List.of("%s", "lib%s", "%s-common", "%s-data");

    /// The rows of a section, in the fields of the contract.
    List<Map<String, Object>> rows(String section, int generation) {
        return switch (section) {
            case "packages" -> packages(generation);
            case "systemd" -> units(generation);
            case "users" -> users();
            case "ports" -> ports(generation);
            case "containers" -> containers(generation);
            case "ssh-keys" -> sshKeys();
            case "os" -> os(generation);
            default -> throw new IllegalArgumentException("no section " + section);
        };
    }

    /// 280 of them; each generation upgrades one, and every third one comes or goes.
    private List<Map<String, Object>> packages(int generation) {
        var count = SOURCES.size() * KINDS.size();
        var upgrades = new int[count];
        var gone = new boolean[count];
        for (var step = 1; step <= generation; step++) {
            var which = chance(step, count);
            upgrades[which]++;
            if (step % 3 == 0) {
                gone[which] = !gone[which];
            }
        }
        var rows = new ArrayList<Map<String, Object>>();
        for (var i = 0; i < count; i++) {
            if (!gone[i]) {
                var source = SOURCES.get(i / KINDS.size());
                var version = "%d.%d.%d-%d+deb12u%d"
                        .formatted(1 + source.length() % 5, source.hashCode() >>> 28, i % 7, 1 + i % 3, upgrades[i]);
                rows.add(row(
                        "manager",
                        "dpkg",
                        "name",
                        KINDS.get(i % KINDS.size()).formatted(source),
                        "version",
                        version,
                        "arch",
                        i % 9 == 0 ? "all" : "amd64",
                        "source",
                        source,
                        "source_version",
                        version,
                        "installed_at",
                        INSTALLED.plus(upgrades[i], ChronoUnit.DAYS).toString()));
            }
        }
        return rows;
    }

    private List<Map<String, Object>> units(int generation) {
        var failed = generation % 2 == 1 ? chance(generation, 40) : -1;
        return IntStream.range(0, 40)
                .mapToObj(i -> row(
                        "name", SOURCES.get(i) + (i % 4 == 0 ? ".timer" : ".service"),
                        "load_state", "loaded",
                        "active_state", i == failed ? "failed" : "active",
                        "sub_state", i == failed ? "failed" : "running",
                        "enabled", i % 3 == 0 ? "static" : "enabled"))
                .toList();
    }

    private List<Map<String, Object>> users() {
        return IntStream.range(0, 12)
                .mapToObj(i -> row(
                        "username", i == 0 ? "root" : "user%02d".formatted(i),
                        "uid", i == 0 ? 0 : 1000 + i,
                        "gid", i == 0 ? 0 : 1000 + i,
                        "home", i == 0 ? "/root" : "/home/user%02d".formatted(i),
                        "shell", i % 5 == 4 ? "/usr/sbin/nologin" : "/bin/bash",
                        "is_sudoer", i % 6 == 1,
                        "is_system", i == 0))
                .toList();
    }

    private List<Map<String, Object>> ports(int generation) {
        return IntStream.range(0, 9 + generation % 2)
                .mapToObj(i -> row(
                        "protocol",
                        i % 3 == 2 ? "udp" : "tcp",
                        "address",
                        i % 2 == 0 ? "0.0.0.0" : "::",
                        "port",
                        8000 + i,
                        "pid",
                        400 + i + generation,
                        "process",
                        SOURCES.get(i)))
                .toList();
    }

    private List<Map<String, Object>> containers(int generation) {
        return IntStream.range(0, 5)
                .mapToObj(i -> row(
                        "id", "%016x%d".formatted(seed * 31 + generation / (i + 2), i),
                        "name", "app-%d".formatted(i),
                        "image", "registry.example/app-%d:1.%d".formatted(i, generation / (i + 2)),
                        "image_digest", "sha256:%064x".formatted(i + generation / (i + 2)),
                        "state", "running",
                        "started_at",
                                INSTALLED
                                        .plus(generation / (i + 2), ChronoUnit.HOURS)
                                        .toString(),
                        "ports", List.of("127.0.0.1:%d->80/tcp".formatted(9000 + i)),
                        "labels", Map.of("team", "blue", "tier", String.valueOf(i))))
                .toList();
    }

    private List<Map<String, Object>> sshKeys() {
        return IntStream.range(0, 4)
                .mapToObj(i -> row(
                        "username", "user%02d".formatted(i),
                        "type", "ssh-ed25519",
                        "fingerprint_sha256", "SHA256:%043x".formatted(Math.abs(seed) * 7 + i),
                        "comment", "user%02d@laptop".formatted(i),
                        "bits", 256,
                        "file", "/home/user%02d/.ssh/authorized_keys".formatted(i)))
                .toList();
    }

    private List<Map<String, Object>> os(int generation) {
        return List.of(row(
                "distro",
                "debian",
                "version",
                "12",
                "kernel",
                "6.1.0-%d-amd64".formatted(20 + generation / 5),
                "arch",
                "x86_64",
                "boot_at",
                INSTALLED.plus(generation / 5, ChronoUnit.DAYS).toString(),
                "reboot_required",
                generation % 5 == 4));
    }

    /// Chosen by seed and step alone.
    private int chance(int step, int bound) {
        return Math.floorMod(SeriesName.fingerprint(seed, step), bound);
    }

    private static Map<String, Object> row(Object... namesAndValues) {
        var row = new LinkedHashMap<String, Object>();
        for (var i = 0; i < namesAndValues.length; i += 2) {
            row.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return row;
    }
}
