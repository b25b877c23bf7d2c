package io.wardroom.local;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/// The components' logs, for a person to read.
final class Logs {
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final int CHUNK = 64 << 10;

    private final Home home;

    Logs(Home home) {
        this.home = home;
    }

    List<String> names() throws IOException {
        var names = new ArrayList<String>();
        if (Files.isDirectory(home.logs())) {
            try (var logs = Files.newDirectoryStream(home.logs(), "*.log")) {
                for (var log : logs) {
                    names.add(String.valueOf(log.getFileName()).replaceFirst("\\.log$", ""));
                }
            }
        }
        names.sort(null);
        return names;
    }

    /// Prints the last lines and, if asked, all that follows until the reader has enough.
    void print(String name, int lines, boolean follow, PrintStream out) throws IOException {
        var log = home.log(name);
        var end = Files.size(log);
        LogKeeper.tail(log, lines).forEach(out::println);
        out.flush();
        if (follow) {
            follow(log, end, out, out::checkError);
        }
    }

    /// Copies what is appended from `from` on, until `enough`; a log that was cut short is read from its start.
    ///
    /// @return how far it was read
    static long follow(Path log, long from, PrintStream out, BooleanSupplier enough) throws IOException {
        var at = from;
        var buffer = ByteBuffer.allocate(CHUNK);
        while (true) {
            // asked before reading, so that what was written until then is still shown
            var last = enough.getAsBoolean();
            at = copy(log, at, buffer, out);
            if (last) {
                return at;
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return at;
            }
        }
    }

    private static long copy(Path log, long from, ByteBuffer buffer, PrintStream out) throws IOException {
        if (Files.notExists(log)) {
            return 0;
        }
        try (var channel = FileChannel.open(log, StandardOpenOption.READ)) {
            var at = channel.size() < from ? 0 : from;
            channel.position(at);
            buffer.clear();
            for (int read = channel.read(buffer); read > 0; read = channel.read(buffer)) {
                out.write(buffer.array(), 0, read);
                at += read;
                buffer.clear();
            }
            out.flush();
            return at;
        }
    }
}
