package io.wardroom.local;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/// The launcher that holds a home, as it has written itself down.
record Running(long pid, String identity, String state, String gateway) {
    static final String STARTING = "starting";
    static final String READY = "ready";

    static void write(Home home, Ports ports, String state) throws IOException {
        var pid = ProcessHandle.current().pid();
        PrivateFiles.write(
                file(home),
                "pid=%d\nidentity=%s\nstate=%s\ngateway=%s\n"
                        .formatted(pid, ProcessRecord.identity(pid), state, ports.http(Port.GATEWAY)));
    }

    /// Empty if none is written down, or the one that is has ended.
    static Optional<Running> in(Home home) throws IOException {
        if (Files.notExists(file(home))) {
            return Optional.empty();
        }
        var fields = new Properties();
        fields.load(new StringReader(Files.readString(file(home))));
        try {
            return Optional.of(new Running(
                            Long.parseLong(fields.getProperty("pid", "")),
                            fields.getProperty("identity", ""),
                            fields.getProperty("state", ""),
                            fields.getProperty("gateway", "")))
                    .filter(running -> running.process().isPresent());
        } catch (NumberFormatException unreadable) {
            return Optional.empty();
        }
    }

    static void forget(Home home) throws IOException {
        Files.deleteIfExists(file(home));
    }

    private static Path file(Home home) {
        return home.run().resolve("launcher");
    }

    Optional<ProcessHandle> process() {
        return ProcessRecord.find(pid, identity);
    }

    String sentence() {
        return state.equals(READY)
                ? "Wardroom runs already (process %d): %s".formatted(pid, gateway)
                : "Wardroom is being started already (process %d); ./wardroom status tells how far it is."
                        .formatted(pid);
    }
}
