package io.wardroom.agent.host;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The kernel's tables of TCP and UDP sockets, and which processes hold them.
public final class Sockets {
    private static final long MAX_TABLE_BYTES = 32L << 20;
    private static final int MAX_SOCKETS = 20_000;
    private static final int MAX_DESCRIPTORS = 200_000;
    private static final String LISTEN = "0A";
    private static final String ESTABLISHED = "01";
    private static final String UDP_UNCONNECTED = "07";

    private final HostFiles files;

    public Sockets(HostFiles files) {
        this.files = files;
    }

    /// @param protocol `tcp`, `tcp6`, `udp` or `udp6`
    public record Socket(
            String protocol, String localAddress, int localPort, String remoteAddress, int remotePort, long inode) {}

    /// @param name as in `/proc/<pid>/comm`, at most 15 characters
    public record Owner(int pid, String name) {}

    /// Sockets that wait for others: TCP in LISTEN, UDP that is bound and not connected.
    public List<Socket> listening() throws IOException {
        var found = new ArrayList<Socket>();
        read("tcp", LISTEN, found);
        read("tcp6", LISTEN, found);
        read("udp", UDP_UNCONNECTED, found);
        read("udp6", UDP_UNCONNECTED, found);
        return found;
    }

    public List<Socket> established() throws IOException {
        var found = new ArrayList<Socket>();
        read("tcp", ESTABLISHED, found);
        read("tcp6", ESTABLISHED, found);
        return found;
    }

    private void read(String protocol, String state, List<Socket> found) throws IOException {
        files.lines("/proc/net/" + protocol, MAX_TABLE_BYTES, line -> {
            if (found.size() < MAX_SOCKETS) {
                parse(protocol, state, line).ifPresent(found::add);
            }
        });
    }

    static Optional<Socket> parse(String protocol, String state, String line) {
        var parts = line.strip().split("\\s+");
        if (parts.length < 10 || !parts[3].equals(state) || !parts[9].matches("\\d{1,18}")) {
            return Optional.empty();
        }
        try {
            var local = parts[1].split(":");
            var remote = parts[2].split(":");
            return Optional.of(new Socket(
                    protocol,
                    address(local[0]),
                    Integer.parseInt(local[1], 16),
                    address(remote[0]),
                    Integer.parseInt(remote[1], 16),
                    Long.parseLong(parts[9])));
        } catch (IllegalArgumentException | IndexOutOfBoundsException | UnknownHostException odd) {
            return Optional.empty();
        }
    }

    /// The kernel prints an address as 32-bit words in the host's own byte order.
    private static String address(String hex) throws UnknownHostException {
        if (hex.length() != 8 && hex.length() != 32) {
            throw new UnknownHostException(hex);
        }
        var bytes = ByteBuffer.allocate(hex.length() / 2).order(ByteOrder.nativeOrder());
        for (int i = 0; i < hex.length(); i += 8) {
            bytes.putInt(Integer.parseUnsignedInt(hex.substring(i, i + 8), 16));
        }
        // a mapped IPv4 address becomes the IPv4 address it means
        var text = InetAddress.getByAddress(bytes.array()).getHostAddress();
        return text.contains(":") ? compressed(text) : text;
    }

    /// RFC 5952: the longest run of zero groups becomes `::`.
    static String compressed(String address) {
        var groups = address.split(":");
        int best = -1;
        int bestLength = 1;
        for (int i = 0; i < groups.length; i++) {
            int length = 0;
            while (i + length < groups.length && groups[i + length].equals("0")) {
                length++;
            }
            if (length > bestLength) {
                best = i;
                bestLength = length;
            }
        }
        if (best < 0) {
            return address;
        }
        var all = List.of(groups);
        return String.join(":", all.subList(0, best)) + "::"
                + String.join(":", all.subList(best + bestLength, all.size()));
    }

    /// Who holds which socket, by inode; without the right to look into other accounts' processes, our own ones
    /// only.
    public Map<Long, Owner> owners() throws IOException {
        var owners = new HashMap<Long, Owner>();
        int seen = 0;
        for (var pid : files.names("/proc")) {
            if (!pid.matches("\\d{1,9}")) {
                continue;
            }
            List<String> descriptors;
            try {
                descriptors = files.names("/proc/" + pid + "/fd");
            } catch (IOException goneOrDenied) {
                // processes end while we look, and others' are closed to an agent without the right
                continue;
            }
            String name = null;
            for (var descriptor : descriptors) {
                if (++seen > MAX_DESCRIPTORS) {
                    return owners;
                }
                var inode = socket("/proc/" + pid + "/fd/" + descriptor);
                if (inode.isPresent()) {
                    if (name == null) {
                        name = name(pid);
                    }
                    owners.putIfAbsent(inode.get(), new Owner(Integer.parseInt(pid), name));
                }
            }
        }
        return owners;
    }

    private Optional<Long> socket(String descriptor) {
        try {
            var target = Files.readSymbolicLink(files.resolve(descriptor)).toString();
            return target.startsWith("socket:[") && target.length() < 40
                    ? Optional.of(Long.parseLong(target.substring(8, target.length() - 1)))
                    : Optional.empty();
        } catch (IOException | NumberFormatException closedMeanwhile) {
            return Optional.empty();
        }
    }

    private String name(String pid) {
        try {
            return files.text("/proc/" + pid + "/comm", 64).map(String::strip).orElse("");
        } catch (IOException gone) {
            return "";
        }
    }
}
