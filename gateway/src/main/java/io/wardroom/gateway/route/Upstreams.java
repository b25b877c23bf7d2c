package io.wardroom.gateway.route;

import java.net.URI;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/// The addresses of the services behind the gateway.
@Component
public class Upstreams {
    private final Map<Service, List<URI>> addresses = new EnumMap<>(Service.class);

    Upstreams(RoutingProperties routing) {
        routing.upstreams().forEach((service, uris) -> {
            if (uris.isEmpty()) {
                throw new IllegalArgumentException("%s has no address".formatted(service.spelled()));
            }
            addresses.put(service, List.copyOf(uris));
        });
    }

    /// Every address of a service, the preferred one for `key` first: one agent meets one replica while it is up.
    public List<URI> of(Service service, Object key) {
        var all = of(service);
        if (all.size() == 1) {
            return all;
        }
        var first = Math.floorMod(key.hashCode(), all.size());
        var inOrder = new ArrayList<URI>(all.size());
        for (int i = 0; i < all.size(); i++) {
            inOrder.add(all.get((first + i) % all.size()));
        }
        return inOrder;
    }

    /// Every address of a service, as configured.
    public List<URI> of(Service service) {
        var all = addresses.get(service);
        if (all == null) {
            throw new IllegalStateException("no address is configured for " + service.spelled());
        }
        return all;
    }

    /// Whether a service is spoken to in plain HTTP.
    public boolean inPlainHttp(Service service) {
        return of(service).stream().allMatch(address -> "http".equals(address.getScheme()));
    }
}
