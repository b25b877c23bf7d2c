package io.wardroom.agent.activity;

import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.host.Masked;
import io.wardroom.agent.host.Sockets;
import io.wardroom.agent.inventory.Accounts;
import io.wardroom.agent.json.Fields;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// The busiest processes and the connections of other machines, as of now.
public final class Activity {
    private static final int TOP = 20;
    private static final int MAX_CONNECTIONS = 100;
    private static final int MAX_COMMAND = 256;
    /// USER_HZ, fixed at 100 on every architecture Linux runs a JVM on; proc(5) counts in it.
    private static final double TICKS_PER_SECOND = 100;

    private final HostFiles files;
    private final LongSupplier nanos;
    private Map<Key, Long> previous = new HashMap<>();
    private long previousAt;
    private List<ProcessDna.Running> shown = List.of();

    /// A process number alone may be another process by now.
    private record Key(int pid, long startTicks) {}

    /// @param nanos a monotonic clock, as [System#nanoTime()]
    public Activity(HostFiles files, LongSupplier nanos) {
        this.files = files;
        this.nanos = nanos;
    }

    private record Stat(Key key, int ppid, String name, long ticks, long rssPages, double cpu) {}

    /// The top 20 by CPU and the top 20 by memory, together at most 40, the busiest first.
    ///
    /// `cpu` is in cores: 1.0 is one core kept busy since the call before, 0 where there was none.
    public List<Fields> processes() throws IOException {
        var now = nanos.getAsLong();
        var seconds = previous.isEmpty() ? 0 : (now - previousAt) / 1e9;
        var ticks = new HashMap<Key, Long>();
        var all = new ArrayList<Stat>();
        for (var name : files.names("/proc")) {
            if (name.matches("\\d{1,9}")) {
                read(Integer.parseInt(name), seconds).ifPresent(stat -> {
                    all.add(stat);
                    ticks.put(stat.key(), stat.ticks());
                });
            }
        }
        previous = ticks;
        previousAt = now;
        var chosen = new LinkedHashSet<Stat>();
        all.stream()
                .sorted(Comparator.comparingDouble(Stat::cpu).reversed().thenComparing(s -> s.key()
                        .pid()))
                .limit(TOP)
                .filter(stat -> stat.cpu() > 0)
                .forEach(chosen::add);
        all.stream()
                .sorted(Comparator.comparingLong(Stat::rssPages).reversed().thenComparing(s -> s.key()
                        .pid()))
                .limit(TOP)
                .filter(stat -> stat.rssPages() > 0)
                .forEach(chosen::add);
        shown = chosen.stream()
                .map(stat -> new ProcessDna.Running(stat.key().pid(), stat.name()))
                .toList();
        var names = Accounts.read(files).namesByUid();
        var boot = bootTime();
        var rows = new ArrayList<Fields>();
        for (var stat : chosen) {
            rows.add(row(stat, names, boot));
        }
        return rows;
    }

    /// What of the programs of [#processes] was not told yet.
    public List<Fields> programs(ProcessDna dna) {
        return dna.firstSeen(shown);
    }

    private Optional<Stat> read(int pid, double seconds) {
        try {
            var text = files.text("/proc/" + pid + "/stat", 4096).orElse("");
            // the name stands in parentheses and may hold both of them and blanks
            var close = text.lastIndexOf(')');
            var open = text.indexOf('(');
            if (open < 0 || close < open) {
                return Optional.empty();
            }
            var rest = text.substring(close + 1).strip().split(" ");
            if (rest.length < 22) {
                return Optional.empty();
            }
            var key = new Key(pid, Long.parseLong(rest[19]));
            var spent = Long.parseLong(rest[11]) + Long.parseLong(rest[12]);
            var before = previous.get(key);
            var cpu = before == null || seconds <= 0 ? 0 : Math.max(0, spent - before) / TICKS_PER_SECOND / seconds;
            return Optional.of(new Stat(
                    key,
                    Integer.parseInt(rest[1]),
                    text.substring(open + 1, close),
                    spent,
                    Long.parseLong(rest[21]),
                    cpu));
        } catch (IOException | NumberFormatException ended) {
            // a process may end between the list and its file
            return Optional.empty();
        }
    }

    private Fields row(Stat stat, Map<Long, String> names, long boot) {
        var pid = stat.key().pid();
        var status = status(pid);
        var uid = status.getOrDefault("Uid", 0L);
        return new Fields()
                .with("pid", pid)
                .with("ppid", stat.ppid())
                .with("name", stat.name())
                .with("user", status.containsKey("Uid") ? names.getOrDefault(uid, Long.toString(uid)) : null)
                .with("cpu", BigDecimal.valueOf(stat.cpu()).setScale(4, RoundingMode.HALF_UP))
                .with("rss_bytes", status.getOrDefault("VmRSS", 0L) << 10)
                .with("command", command(pid).orElse("[" + stat.name() + "]"))
                .with(
                        "started_at",
                        Instant.ofEpochSecond(boot + (long) (stat.key().startTicks() / TICKS_PER_SECOND)));
    }

    /// The first number of each line that begins with one: the real uid, the resident kilobytes.
    private Map<String, Long> status(int pid) {
        var values = new HashMap<String, Long>();
        try {
            files.lines("/proc/" + pid + "/status", 8192, line -> {
                var parts = line.split(":?\\s+");
                if (parts.length > 1 && parts[1].matches("\\d{1,15}")) {
                    values.put(parts[0], Long.parseLong(parts[1]));
                }
            });
        } catch (IOException ended) {
            values.clear();
        }
        return values;
    }

    private Optional<String> command(int pid) {
        try {
            return files.text("/proc/" + pid + "/cmdline", 4096)
                    .map(text -> Masked.of(text.replace('\0', ' ').strip()))
                    .filter(text -> !text.isEmpty())
                    .map(text -> text.length() > MAX_COMMAND ? text.substring(0, MAX_COMMAND) : text);
        } catch (IOException ended) {
            return Optional.empty();
        }
    }

    private long bootTime() throws IOException {
        return files.lines("/proc/stat", 1 << 20).stream()
                .filter(line -> line.matches("btime \\d{1,12}"))
                .map(line -> Long.parseLong(line.substring(6)))
                .findFirst()
                .orElse(0L);
    }

    private record Connection(
            String remoteIp, int remotePort, int localPort, String protocol, String direction, String process) {
        /// The port on the calling side is drawn anew for each connection.
        Connection withoutPassingPort(boolean incoming) {
            return new Connection(
                    remoteIp, incoming ? 0 : remotePort, incoming ? localPort : 0, protocol, direction, process);
        }
    }

    /// The established TCP connections with other machines, at most 100; those that differ only in a passing
    /// port are one.
    public List<Fields> connections() throws IOException {
        var sockets = new Sockets(files);
        var established = sockets.established().stream()
                .filter(socket -> !isLocal(socket.remoteAddress()))
                .toList();
        if (established.isEmpty()) {
            return List.of();
        }
        var served = new HashSet<Integer>();
        sockets.listening().stream()
                .filter(socket -> socket.protocol().startsWith("tcp"))
                .forEach(socket -> served.add(socket.localPort()));
        var owners = sockets.owners();
        var found = new LinkedHashMap<Connection, Connection>();
        for (var socket : established) {
            var owner = owners.get(socket.inode());
            var incoming = served.contains(socket.localPort());
            var connection = new Connection(
                    socket.remoteAddress(),
                    socket.remotePort(),
                    socket.localPort(),
                    "tcp",
                    incoming ? "inbound" : "outbound",
                    owner == null ? "" : owner.name());
            found.putIfAbsent(connection.withoutPassingPort(incoming), connection);
        }
        return found.values().stream()
                .sorted(Comparator.comparing(Connection::remoteIp)
                        .thenComparing(Connection::remotePort)
                        .thenComparing(Connection::localPort)
                        .thenComparing(Connection::process))
                .limit(MAX_CONNECTIONS)
                .map(connection -> new Fields()
                        .with("remote_ip", connection.remoteIp())
                        .with("remote_port", connection.remotePort())
                        .with("local_port", connection.localPort())
                        .with("protocol", connection.protocol())
                        .with("direction", connection.direction())
                        .with("process", connection.process().isEmpty() ? null : connection.process()))
                .toList();
    }

    private static boolean isLocal(String address) {
        return address.startsWith("127.") || address.equals("::1");
    }
}
