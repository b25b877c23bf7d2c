package io.wardroom.gateway.door;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/// Says who the client is: the peer, or, behind a trusted proxy, the right-most address in `X-Forwarded-For` that is
/// not a trusted proxy's own.
@Component
public class ClientAddresses {
    private final List<Network> trusted;

    ClientAddresses(DoorProperties door) {
        trusted = door.trustedProxies().stream().map(Network::of).toList();
    }

    /// @param forwarded the values of `X-Forwarded-For` in the order they came
    /// @return the address's text, in one spelling per address
    public String of(@Nullable SocketAddress peer, List<String> forwarded) {
        if (!(peer instanceof InetSocketAddress inet) || inet.getAddress() == null) {
            return "unknown";
        }
        var address = inet.getAddress().getAddress();
        if (trusted.isEmpty() || forwarded.isEmpty() || !isTrusted(address)) {
            return NetUtil.toAddressString(inet.getAddress());
        }
        var hops = String.join(",", forwarded).split(",");
        for (int i = hops.length - 1; i >= 0; i--) {
            var hop = Network.parse(hops[i].strip());
            if (hop == null) {
                // whoever wrote this is not to be believed further
                break;
            }
            address = hop;
            if (!isTrusted(hop)) {
                break;
            }
        }
        try {
            return NetUtil.toAddressString(InetAddress.getByAddress(address));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address has 4 or 16 bytes", impossible);
        }
    }

    /// Whether what the peer says of its own client is believed.
    boolean isTrusted(@Nullable SocketAddress peer) {
        return peer instanceof InetSocketAddress inet
                && inet.getAddress() != null
                && isTrusted(inet.getAddress().getAddress());
    }

    /// Whether a request came by TLS: ours, or a trusted proxy's.
    public boolean cameByTls(ChannelHandlerContext connection, HttpHeaders request) {
        return connection.pipeline().get(SslHandler.class) != null
                || "https".equalsIgnoreCase(request.get("X-Forwarded-Proto"))
                        && isTrusted(connection.channel().remoteAddress());
    }

    private boolean isTrusted(byte[] address) {
        return trusted.stream().anyMatch(network -> network.contains(address));
    }
}
