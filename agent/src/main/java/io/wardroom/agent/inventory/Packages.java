package io.wardroom.agent.inventory;

import io.wardroom.agent.host.Command;
import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.json.Fields;
import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The section `packages`: what dpkg, rpm and apk have installed.
final class Packages implements Source {
    static final String DPKG_STATUS = "/var/lib/dpkg/status";
    static final String APK_INSTALLED = "/lib/apk/db/installed";

    private static final long MAX_DATABASE_BYTES = 256L << 20;
    private static final int MAX_PACKAGES = 50_000;
    private static final int MAX_FIELD = 512;
    private static final List<String> RPM_DATABASES = List.of(
            "/var/lib/rpm/rpmdb.sqlite",
            "/usr/lib/sysimage/rpm/rpmdb.sqlite",
            "/usr/lib/sysimage/rpm/Packages.db",
            "/var/lib/rpm/Packages",
            "/var/lib/rpm/Packages.db");
    private static final Command RPM_QUERY = new Command(
            List.of(
                    "rpm",
                    "-qa",
                    "--queryformat",
                    "%{NAME}\\t%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\\t%{ARCH}\\t%{SOURCERPM}\\t%{INSTALLTIME}\\n"),
            Duration.ofSeconds(60),
            32 << 20);

    private final HostFiles files;

    Packages(HostFiles files) {
        this.files = files;
    }

    record Package(
            String manager,
            String name,
            String version,
            Optional<String> arch,
            Optional<String> source,
            Optional<String> sourceVersion,
            Optional<Instant> installedAt)
            implements Row {
        @Override
        public Fields fields() {
            return new Fields()
                    .with("manager", manager)
                    .with("name", name)
                    .with("version", version)
                    .with("arch", arch)
                    .with("source", source)
                    .with("source_version", sourceVersion)
                    .with("installed_at", installedAt);
        }
    }

    @Override
    public String section() {
        return "packages";
    }

    @Override
    public String fingerprint() throws IOException {
        var text = new StringBuilder();
        var databases = new ArrayList<>(List.of(DPKG_STATUS, APK_INSTALLED));
        databases.addAll(RPM_DATABASES);
        for (var database : databases) {
            var modified = files.modified(database);
            if (modified.isPresent()) {
                text.append(database)
                        .append(' ')
                        .append(modified.get())
                        .append(' ')
                        .append(files.size(database).orElse(0L))
                        .append('\n');
            }
        }
        return text.toString();
    }

    @Override
    public Finding look() throws IOException, InterruptedException {
        var found = new ArrayList<Package>();
        var managers = 0;
        if (files.exists(DPKG_STATUS)) {
            managers++;
            var installedAt = dpkgTimes();
            stanzas(DPKG_STATUS, dpkg(found, installedAt));
        }
        if (files.exists(APK_INSTALLED)) {
            managers++;
            stanzas(APK_INSTALLED, apk(found));
        }
        for (var database : RPM_DATABASES) {
            if (!files.exists(database)) {
                continue;
            }
            managers++;
            switch (RPM_QUERY.run()) {
                case Command.Result.Output(int exit, String text)
                when exit == 0 ->
                    text.lines().limit(MAX_PACKAGES).forEach(line -> rpm(line).ifPresent(found::add));
                case Command.Result.Output(int exit, var _) -> {
                    return new Finding.Unreadable("rpm -qa ended with " + exit);
                }
                case Command.Result.Stopped(String why) -> {
                    return new Finding.Unreadable("rpm -qa: " + why);
                }
                case Command.Result.NotThere() -> {
                    return new Finding.Unreadable("there is an rpm database but no rpm");
                }
            }
            break;
        }
        if (managers == 0) {
            return new Finding.Absent();
        }
        found.sort(Comparator.comparing(Package::manager)
                .thenComparing(Package::name)
                .thenComparing(p -> p.arch().orElse(""))
                .thenComparing(Package::version));
        return new Finding.Rows(found);
    }

    /// Reads blocks of `Key: value` lines which blank lines part; a line that begins with a blank goes on with
    /// the one before, which none of the fields we read do.
    private void stanzas(String path, Consumer<Map<String, String>> each) throws IOException {
        var stanza = new HashMap<String, String>();
        files.lines(path, MAX_DATABASE_BYTES, line -> {
            if (line.isBlank()) {
                if (!stanza.isEmpty()) {
                    each.accept(stanza);
                    stanza.clear();
                }
                return;
            }
            var colon = line.indexOf(':');
            if (colon > 0 && !Character.isWhitespace(line.charAt(0)) && stanza.size() < 64) {
                var value = line.substring(colon + 1).strip();
                stanza.putIfAbsent(
                        line.substring(0, colon), value.length() > MAX_FIELD ? value.substring(0, MAX_FIELD) : value);
            }
        });
        if (!stanza.isEmpty()) {
            each.accept(stanza);
        }
    }

    private static Consumer<Map<String, String>> dpkg(List<Package> found, Map<String, FileTime> installedAt) {
        return stanza -> {
            var name = stanza.get("Package");
            var version = stanza.get("Version");
            // "install ok installed": what was removed but left its configuration behind is not installed
            if (name == null
                    || version == null
                    || !stanza.getOrDefault("Status", "").endsWith(" installed")
                    || found.size() >= MAX_PACKAGES) {
                return;
            }
            var arch = present(stanza.get("Architecture"));
            // "Source: glibc (2.36-9)": the version stands there only where it differs
            var source = stanza.getOrDefault("Source", name);
            var sourceVersion = version;
            var open = source.indexOf('(');
            if (open > 0 && source.endsWith(")")) {
                sourceVersion = source.substring(open + 1, source.length() - 1).strip();
                source = source.substring(0, open).strip();
            }
            var list = installedAt.get(name);
            if (list == null && arch.isPresent()) {
                list = installedAt.get(name + ":" + arch.get());
            }
            found.add(new Package(
                    "dpkg",
                    name,
                    version,
                    arch,
                    Optional.of(source),
                    Optional.of(sourceVersion),
                    Optional.ofNullable(list).map(FileTime::toInstant).map(Packages::wholeSeconds)));
        };
    }

    /// dpkg keeps no time of installation; the list of a package's files is written then.
    private Map<String, FileTime> dpkgTimes() throws IOException {
        var times = new HashMap<String, FileTime>();
        for (var name : files.names("/var/lib/dpkg/info")) {
            if (name.endsWith(".list")) {
                var modified = files.modified("/var/lib/dpkg/info/" + name);
                modified.ifPresent(at -> times.put(name.substring(0, name.length() - 5), FileTime.from(at)));
            }
        }
        return times;
    }

    private static Consumer<Map<String, String>> apk(List<Package> found) {
        return stanza -> {
            var name = stanza.get("P");
            var version = stanza.get("V");
            if (name != null && version != null && found.size() < MAX_PACKAGES) {
                var origin = present(stanza.get("o"));
                found.add(new Package(
                        "apk",
                        name,
                        version,
                        present(stanza.get("A")),
                        origin.or(() -> Optional.of(name)),
                        Optional.of(version),
                        Optional.empty()));
            }
        };
    }

    /// A line of `rpm -qa` in our own format; empty where it is none, and for the keys that rpm lists as packages.
    static Optional<Package> rpm(String line) {
        var parts = line.split("\t", -1);
        if (parts.length != 5 || parts[0].isBlank() || parts[0].equals("gpg-pubkey")) {
            return Optional.empty();
        }
        var installed = parts[4].matches("\\d{1,12}")
                ? Optional.of(Instant.ofEpochSecond(Long.parseLong(parts[4])))
                : Optional.<Instant>empty();
        Optional<String> source = Optional.empty();
        Optional<String> sourceVersion = Optional.empty();
        // "bash-5.1.8-9.el9.src.rpm": name, version and release are parted by the last two dashes
        var file = parts[3].endsWith(".src.rpm") ? parts[3].substring(0, parts[3].length() - 8) : "";
        var release = file.lastIndexOf('-');
        var version = release > 0 ? file.lastIndexOf('-', release - 1) : -1;
        if (version > 0) {
            source = Optional.of(file.substring(0, version));
            sourceVersion = Optional.of(file.substring(version + 1));
        }
        return Optional.of(new Package("rpm", parts[0], parts[1], present(parts[2]), source, sourceVersion, installed));
    }

    private static Instant wholeSeconds(Instant moment) {
        return Instant.ofEpochSecond(moment.getEpochSecond());
    }

    private static Optional<String> present(@Nullable String value) {
        return Optional.ofNullable(value).filter(text -> !text.isBlank() && !text.equals("(none)"));
    }
}
