package io.wardroom.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Finds out which process listens on a port, where the kernel tells (Linux, own processes or root).
final class Listener {
    private static final Path PROC = Path.of("/proc");
    private static final String LISTENING = "0A";

    private Listener() {}

    /// @return such as `java (process 4711)`, or empty where it cannot be known
    static Optional<String> on(int port) {
        try {
            var inodes = inodesListeningOn(port);
            if (inodes.isEmpty()) {
                return Optional.empty();
            }
            return ProcessHandle.allProcesses()
                    .filter(process -> holdsOneOf(inodes, process.pid()))
                    .findFirst()
                    .map(process -> "%s (process %d)".formatted(nameOf(process), process.pid()));
        } catch (IOException unreadable) {
            // no such view of the network here: the port's number alone must do
            return Optional.empty();
        }
    }

    private static Set<String> inodesListeningOn(int port) throws IOException {
        var hex = ":%04X".formatted(port);
        var lines = new java.util.ArrayList<String>();
        for (var table : List.of("net/tcp", "net/tcp6")) {
            if (Files.isReadable(PROC.resolve(table))) {
                lines.addAll(Files.readAllLines(PROC.resolve(table)));
            }
        }
        return lines.stream()
                .map(line -> line.strip().split("\\s+"))
                .filter(fields -> fields.length > 9 && fields[1].endsWith(hex) && fields[3].equals(LISTENING))
                .map(fields -> "socket:[" + fields[9] + "]")
                .collect(Collectors.toSet());
    }

    private static boolean holdsOneOf(Set<String> inodes, long pid) {
        try (var descriptors = Files.newDirectoryStream(PROC.resolve(pid + "/fd"))) {
            for (var descriptor : descriptors) {
                if (inodes.contains(Files.readSymbolicLink(descriptor).toString())) {
                    return true;
                }
            }
            return false;
        } catch (IOException | RuntimeException gone) {
            // ended meanwhile, or another user's
            return false;
        }
    }

    private static String nameOf(ProcessHandle process) {
        return process.info()
                .command()
                .map(command -> String.valueOf(Path.of(command).getFileName()))
                .orElse("another user's process");
    }
}
