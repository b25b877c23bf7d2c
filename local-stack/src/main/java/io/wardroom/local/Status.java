package io.wardroom.local;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;

/// What runs, where, and how much memory it takes.
final class Status {
    private static final int NOT_RUNNING = 3;
    private static final String RESIDENT = "VmRSS:";
    private static final int KNOCK_MILLIS = 1000;

    private final Home home;
    private final PrintStream out;

    Status(Home home, PrintStream out) {
        this.home = home;
        this.out = out;
    }

    /// @return the exit status: 0 if Wardroom is up, 3 if it is not
    int print() throws IOException {
        var running = Running.in(home);
        var records = ProcessRecord.allIn(home.run()).reversed();
        if (running.isEmpty()
                && records.stream().noneMatch(record -> record.process().isPresent())) {
            out.println("Wardroom does not run.");
            return NOT_RUNNING;
        }
        out.printf(Locale.ROOT, "%-26s %8s %6s  %-10s %8s%n", "COMPONENT", "PID", "PORT", "STATE", "RSS MiB");
        long total = 0;
        if (running.isPresent()) {
            total += line(
                    "launcher, s3, mail",
                    running.get().pid(),
                    0,
                    running.get().state(),
                    field(running.get().pid(), RESIDENT));
        }
        for (var record : records) {
            total += line(record.name(), record.pid(), record.port(), state(record), residentKibibytes(record.pid()));
        }
        out.printf(Locale.ROOT, "%-26s %8s %6s  %-10s %8d%n", "all", "", "", "", total >> 10);
        if (running.isEmpty()) {
            out.println("These were left behind by a launcher that has ended; ./wardroom down ends them.");
            return NOT_RUNNING;
        }
        return running.get().state().equals(Running.READY) ? 0 : NOT_RUNNING;
    }

    private long line(String name, long pid, int port, String state, OptionalLong kibibytes) {
        out.printf(
                Locale.ROOT,
                "%-26s %8d %6s  %-10s %8s%n",
                name,
                pid,
                port == 0 ? "" : port,
                state,
                kibibytes.isEmpty() ? "?" : kibibytes.getAsLong() >> 10);
        return kibibytes.orElse(0);
    }

    private static String state(ProcessRecord record) {
        if (record.process().isEmpty()) {
            return "ended";
        }
        return record.port() == 0 || answers(record.port()) ? "up" : "silent";
    }

    private static boolean answers(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(Ports.HOST, port), KNOCK_MILLIS);
            return true;
        } catch (IOException nobody) {
            return false;
        }
    }

    /// A process's resident memory, with what its children hold beyond what they share with it.
    private static OptionalLong residentKibibytes(long pid) {
        var own = field(pid, RESIDENT);
        if (own.isEmpty()) {
            return own;
        }
        var children = ProcessHandle.of(pid).stream()
                .flatMap(ProcessHandle::descendants)
                .mapToLong(child -> field(child.pid(), "RssAnon:").orElse(0))
                .sum();
        return OptionalLong.of(own.getAsLong() + children);
    }

    private static OptionalLong field(long pid, String name) {
        try {
            for (var line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
                if (line.startsWith(name)) {
                    return OptionalLong.of(Long.parseLong(line.replaceAll("\\D", "")));
                }
            }
        } catch (IOException gone) {
            return OptionalLong.empty();
        }
        return OptionalLong.empty();
    }
}
