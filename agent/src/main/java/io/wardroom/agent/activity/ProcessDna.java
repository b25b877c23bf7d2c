package io.wardroom.agent.activity;

import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.json.Fields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the programs of the busiest processes are: the SHA-256 of each file when it is first seen at work.
public final class ProcessDna {
    private static final long LARGEST_FILE = 64L << 20;
    /// Hashing must not hold up the measuring: the rest waits for the next moment.
    private static final int AT_ONE_TIME = 3;

    private static final int REMEMBERED = 2_000;
    private static final String DELETED = " (deleted)";

    private final HostFiles files;
    private final Map<Program, Boolean> told = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Program, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };

    /// A file that was replaced is another program.
    private record Program(String path, long size, Instant modified) {}

    /// @param name as in `/proc/<pid>/comm`
    record Running(int pid, String name) {}

    public ProcessDna(HostFiles files) {
        this.files = files;
    }

    /// The programs that were not told yet.
    List<Fields> firstSeen(List<Running> processes) {
        var found = new ArrayList<Fields>();
        for (var process : processes) {
            if (found.size() >= AT_ONE_TIME) {
                break;
            }
            try {
                read(process).ifPresent(found::add);
            } catch (IOException endedOrDenied) {
                // the next time it is among the busiest it is looked at again
                continue;
            }
        }
        return found;
    }

    private Optional<Fields> read(Running process) throws IOException {
        var link = files.resolve("/proc/" + process.pid() + "/exe");
        if (!Files.isSymbolicLink(link)) {
            return Optional.empty();
        }
        var target = Files.readSymbolicLink(link).toString();
        var path = target.endsWith(DELETED) ? target.substring(0, target.length() - DELETED.length()) : target;
        // through the link: it leads to what runs, even where the name leads to something else by now
        var program = new Program(
                path, Files.size(link), Files.getLastModifiedTime(link).toInstant());
        if (told.containsKey(program)
                || program.size() > LARGEST_FILE
                || path.chars().anyMatch(Character::isISOControl)) {
            return Optional.empty();
        }
        var sha256 = sha256(link);
        told.put(program, true);
        return Optional.of(new Fields()
                .with("pid", process.pid())
                .with("name", process.name().replaceAll("\\p{Cntrl}", "?"))
                .with("exe_path", path)
                .with("exe_sha256", sha256));
    }

    private static String sha256(Path file) throws IOException {
        try (var in = new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            var buffer = new byte[64 << 10];
            var left = LARGEST_FILE + 1;
            for (var read = in.read(buffer); read >= 0 && left > 0; read = in.read(buffer)) {
                left -= read;
            }
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }
}
