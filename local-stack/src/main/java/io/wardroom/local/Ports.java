package io.wardroom.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which port each part of the stack listens on.
record Ports(Map<Port, Integer> numbers) {
    static final String HOST = "127.0.0.1";
    private static final int TRIES = 100;
    private static final int LOWEST_FREE = 20_000;
    private static final int HIGHEST_FREE = 32_000;

    Ports {
        numbers = Map.copyOf(numbers);
    }

    /// @throws Trouble if a variable holds no port number, or two parts would share one
    static Ports of(Map<String, String> environment) {
        var numbers = new EnumMap<Port, Integer>(Port.class);
        var owners = new HashMap<Integer, Port>();
        for (var port : Port.values()) {
            var text = environment.getOrDefault(port.variable(), "").strip();
            var number = text.isEmpty() ? port.usual() : numberIn(port, text);
            var other = owners.put(number, port);
            if (other != null) {
                throw new Trouble(
                        "%s and %s are both set to port %d.".formatted(other.variable(), port.variable(), number),
                        "Give each its own.");
            }
            numbers.put(port, number);
        }
        return new Ports(numbers);
    }

    private static int numberIn(Port port, String text) {
        if (text.matches("\\d{1,5}")) {
            var number = Integer.parseInt(text);
            if (number > 0 && number < 65536) {
                return number;
            }
        }
        throw new Trouble("%s is \"%s\", which is no port.".formatted(port.variable(), text), "Use 1 to 65535.");
    }

    /// Ports that nobody uses at this moment, each another one, below those that the system gives to clients:
    /// a connection made meanwhile cannot take one away.
    static Ports free() throws IOException {
        var random = new SecureRandom();
        var numbers = new EnumMap<Port, Integer>(Port.class);
        var held = new ArrayList<ServerSocket>();
        try {
            for (var port : Port.values()) {
                var socket = bindSomewhere(random);
                held.add(socket);
                numbers.put(port, socket.getLocalPort());
            }
        } finally {
            for (var socket : held) {
                socket.close();
            }
        }
        return new Ports(numbers);
    }

    private static ServerSocket bindSomewhere(SecureRandom random) throws IOException {
        var address = InetAddress.getByName(HOST);
        IOException last = new IOException("no free port");
        for (int i = 0; i < TRIES; i++) {
            try {
                return new ServerSocket(random.nextInt(LOWEST_FREE, HIGHEST_FREE), 1, address);
            } catch (IOException taken) {
                last = taken;
            }
        }
        throw last;
    }

    int of(Port port) {
        return numbers.getOrDefault(port, port.usual());
    }

    String http(Port port) {
        return "http://%s:%d".formatted(HOST, of(port));
    }

    String address(Port port) {
        return "%s:%d".formatted(HOST, of(port));
    }

    /// @throws Trouble naming the first of `wanted` that somebody else listens on
    void demandFree(Collection<Port> wanted) {
        for (var port : List.copyOf(wanted)) {
            try (var socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(HOST, of(port)), 1);
            } catch (IOException _) {
                throw new Trouble(
                        "Port %d (%s) is in use%s."
                                .formatted(
                                        of(port),
                                        label(port),
                                        Listener.on(of(port))
                                                .map(who -> " by " + who)
                                                .orElse("")),
                        "Stop what listens there, or choose another port with %s=<port>.".formatted(port.variable()));
            }
        }
    }

    private static String label(Port port) {
        return port.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }
}
