package io.wardroom.agent.inventory;

import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.host.Sockets;
import io.wardroom.agent.json.Fields;
import java.io.IOException;
import java.util.Comparator;
import java.util.Optional;

/// The section `ports`: what listens.
final class Ports implements Source {
    private static final int MAX_PORTS = 5_000;

    private final HostFiles files;

    Ports(HostFiles files) {
        this.files = files;
    }

    record Port(String protocol, String address, int port, Optional<Integer> pid, Optional<String> process)
            implements Row {
        @Override
        public Fields fields() {
            return new Fields()
                    .with("protocol", protocol)
                    .with("address", address)
                    .with("port", port)
                    .with("pid", pid)
                    .with("process", process);
        }
    }

    @Override
    public String section() {
        return "ports";
    }

    @Override
    public Finding look() throws IOException {
        if (!files.exists("/proc/net/tcp")) {
            return new Finding.Absent();
        }
        var sockets = new Sockets(files);
        var listening = sockets.listening();
        var owners = sockets.owners();
        return new Finding.Rows(listening.stream()
                .map(socket -> {
                    var owner = Optional.ofNullable(owners.get(socket.inode()));
                    return new Port(
                            socket.protocol(),
                            socket.localAddress(),
                            socket.localPort(),
                            owner.map(Sockets.Owner::pid),
                            owner.map(Sockets.Owner::name));
                })
                // several workers may share one port
                .distinct()
                .sorted(Comparator.comparing(Port::protocol)
                        .thenComparing(Port::port)
                        .thenComparing(Port::address)
                        .thenComparing(port -> port.pid().orElse(0)))
                .limit(MAX_PORTS)
                .toList());
    }
}
