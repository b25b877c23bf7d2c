package io.wardroom.audit.webhook.wire;

import java.net.InetAddress;
import java.net.UnknownHostException;

/// Asks for the addresses of a name.
@FunctionalInterface
public interface Lookup {
    InetAddress[] of(String host) throws UnknownHostException;
}
