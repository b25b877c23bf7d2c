package io.wardroom.audit.webhook.wire;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.security.util.matcher.InetAddressMatcher;
import org.springframework.security.util.matcher.InetAddressMatchers;
import org.springframework.stereotype.Component;

/// Says which addresses a webhook may lead to: public ones, and those of networks that the configuration names. Of a
/// name that has both kinds, the addresses inside are passed over.
///
/// @see <a href="https://www.iana.org/assignments/iana-ipv4-special-registry">IANA on IPv4</a>
/// @see <a href="https://www.iana.org/assignments/iana-ipv6-special-registry">IANA on IPv6</a>
@Component
public class AddressGuard {
    private static final List<InetAddressMatcher> INSIDE = matchers(Stream.of(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            // where a cloud answers its machines with their own credentials, public as it looks
            "168.63.129.16",
            // tunnels and translations that end at an address of version 4, and examples
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "3fff::/20"));

    /// All of version 6 that is routed to the world: unique local, link local, multicast, mapped and translated
    /// addresses lie outside.
    private static final InetAddressMatcher WORLD_OF_SIX = InetAddressMatchers.fromIpAddress("2000::/3");

    private static final int BYTES_OF_SIX = 16;
    // each one that does not answer costs its time to connect
    private static final int MOST_TRIED = 3;

    private final Lookup lookup;
    private final List<InetAddressMatcher> allowed;

    /// @throws IllegalArgumentException if a network of the settings is none
    public AddressGuard(WireProperties settings, Lookup lookup) {
        this.lookup = lookup;
        this.allowed = matchers(settings.allow().stream());
    }

    private static List<InetAddressMatcher> matchers(Stream<String> networks) {
        return networks.map(InetAddressMatchers::fromIpAddress).toList();
    }

    /// A name that leads inside.
    static final class RefusedAddress extends UnknownHostException {
        RefusedAddress(String host) {
            super(host + " is not a public address");
        }
    }

    /// The addresses to connect to, and no others.
    ///
    /// @throws RefusedAddress       if all it has are refused
    /// @throws UnknownHostException if it has none
    InetAddress[] addressesOf(String host) throws UnknownHostException {
        var permitted = Arrays.stream(lookup.of(host))
                .filter(this::permits)
                .limit(MOST_TRIED)
                .toArray(InetAddress[]::new);
        if (permitted.length == 0) {
            throw new RefusedAddress(host);
        }
        return permitted;
    }

    /// Whether a name leads inside as far as can be told now. One that nobody knows yet does not: each try asks
    /// again.
    ///
    /// @param host as it stands in a URL, an address of version 6 in brackets
    public boolean refuses(String host) {
        try {
            addressesOf(host);
            return false;
        } catch (RefusedAddress refused) {
            return true;
        } catch (UnknownHostException unknown) {
            return false;
        }
    }

    boolean permits(InetAddress address) {
        return matches(allowed, address) || isPublic(address);
    }

    private static boolean isPublic(InetAddress address) {
        return !matches(INSIDE, address)
                && (address.getAddress().length < BYTES_OF_SIX || WORLD_OF_SIX.matches(address));
    }

    private static boolean matches(List<InetAddressMatcher> networks, InetAddress address) {
        return networks.stream().anyMatch(network -> network.matches(address));
    }
}
