package io.wardroom.agent.inventory;

import io.wardroom.agent.host.HostFiles;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// What the distribution says about itself in os-release(5), and the kernel about itself.
///
/// @param id      `debian`, `rhel`, …; `linux` where nothing is said
/// @param name    id and version, as `debian 12`
public record OsRelease(String id, Optional<String> version, String name) {
    private static final int MAX_BYTES = 64 << 10;

    public static OsRelease read(HostFiles files) throws IOException {
        var text = files.text("/etc/os-release", MAX_BYTES);
        if (text.isEmpty()) {
            text = files.text("/usr/lib/os-release", MAX_BYTES);
        }
        return parse(text.orElse(""));
    }

    static OsRelease parse(String text) {
        Map<String, String> values = new HashMap<>();
        for (var line : text.split("\n")) {
            var equals = line.indexOf('=');
            if (equals > 0 && !line.startsWith("#")) {
                values.put(line.substring(0, equals).strip(), unquoted(line.substring(equals + 1)));
            }
        }
        var id = Optional.ofNullable(values.get("ID")).filter(s -> !s.isEmpty()).orElse("linux");
        var version = Optional.ofNullable(values.get("VERSION_ID")).filter(s -> !s.isEmpty());
        return new OsRelease(id, version, version.map(v -> id + " " + v).orElse(id));
    }

    private static String unquoted(String value) {
        var text = value.strip();
        if (text.length() >= 2
                && (text.charAt(0) == '"' || text.charAt(0) == '\'')
                && text.charAt(text.length() - 1) == text.charAt(0)) {
            text = text.substring(1, text.length() - 1).replaceAll("\\\\(.)", "$1");
        }
        return text.length() > 128 ? text.substring(0, 128) : text;
    }

    public static String kernel(HostFiles files) throws IOException {
        return files.text("/proc/sys/kernel/osrelease", 256).map(String::strip).orElse("");
    }

    /// As `uname -m` says it, which Java does not for the most common one.
    public static String architecture() {
        var arch = System.getProperty("os.arch", "");
        return arch.equals("amd64") ? "x86_64" : arch;
    }
}
