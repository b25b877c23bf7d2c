package io.wardroom.agent.inventory;

import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.json.Fields;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The section `os`: one row.
final class OsState implements Source {
    private static final String REBOOT_REQUIRED = "/run/reboot-required";

    private final HostFiles files;

    OsState(HostFiles files) {
        this.files = files;
    }

    /// @param rebootRequired empty where the distribution keeps no such mark
    record Os(
            String distro,
            Optional<String> version,
            String kernel,
            String arch,
            Optional<Instant> bootAt,
            Optional<Boolean> rebootRequired)
            implements Row {
        @Override
        public Fields fields() {
            return new Fields()
                    .with("distro", distro)
                    .with("version", version)
                    .with("kernel", kernel)
                    .with("arch", arch)
                    .with("boot_at", bootAt)
                    .with("reboot_required", rebootRequired);
        }
    }

    @Override
    public String section() {
        return "os";
    }

    @Override
    public Finding look() throws IOException {
        var release = OsRelease.read(files);
        // update-notifier's mark, kept by Debian and its children
        var marked = files.exists(REBOOT_REQUIRED) || files.exists("/var/run/reboot-required");
        var marks = marked || files.exists("/etc/debian_version");
        return new Finding.Rows(List.of(new Os(
                release.id(),
                release.version(),
                OsRelease.kernel(files),
                OsRelease.architecture(),
                bootAt(),
                marks ? Optional.of(marked) : Optional.empty())));
    }

    private Optional<Instant> bootAt() throws IOException {
        return files.lines("/proc/stat", 1 << 20).stream()
                .filter(line -> line.matches("btime \\d{1,12}"))
                .map(line -> Instant.ofEpochSecond(Long.parseLong(line.substring(6))))
                .findFirst();
    }
}
